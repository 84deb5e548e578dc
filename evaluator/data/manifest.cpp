#include "evaluator/data/manifest.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "formats/error.hpp"

namespace iai {

namespace {

[[noreturn]] void damaged(const std::string& name, const std::string& how) {
  throw Error(ErrorKind::input, name + ": damaged manifest: " + how, "ingest the data again");
}

Json columns_json(const std::vector<Column>& columns) {
  Json list = Json::array();
  for (const auto& column : columns) list.push_back({{"name", column.name}, {"type", column_type_name(column.type)}, {"unit", column.unit}});
  return list;
}

std::vector<Column> parse_columns(const Json& json, const std::string& name) {
  std::vector<Column> columns;
  for (const auto& item : json) {
    const auto type = find_column_type(item.at("type").get<std::string>());
    if (!type) damaged(name, "column type '" + item.at("type").get<std::string>() + "'");
    columns.push_back({item.at("name").get<std::string>(), item.at("unit").get<std::string>(), *type});
  }
  if (columns.empty()) damaged(name, "a table without columns");
  return columns;
}

Json tensors_json(const std::vector<TensorEntry>& tensors) {
  Json list = Json::array();
  for (const auto& tensor : tensors) {
    Json entry{{"name", tensor.name}, {"element_type", static_cast<int>(tensor.type)}, {"type", type_name(tensor.type)}, {"shape", tensor.shape}};
    if (!tensor.unit.empty()) entry["unit"] = tensor.unit;
    if (tensor.sampling_rate_hz > 0) entry["sampling_rate_hz"] = tensor.sampling_rate_hz;
    if (!tensor.channels.empty()) entry["channels"] = tensor.channels;
    for (const auto& [name, value] : tensor.properties) entry["properties"][name] = value;
    list.push_back(std::move(entry));
  }
  return list;
}

std::vector<TensorEntry> parse_tensors(const Json& json) {
  std::vector<TensorEntry> tensors;
  for (const auto& item : json) {
    TensorEntry tensor;
    tensor.name = item.at("name").get<std::string>();
    tensor.type = static_cast<ElementType>(item.at("element_type").get<int>());
    tensor.shape = item.at("shape").get<std::vector<std::int64_t>>();
    element_count(tensor.shape);
    tensor.unit = item.value("unit", "");
    tensor.sampling_rate_hz = item.value("sampling_rate_hz", 0.0);
    if (item.contains("channels")) tensor.channels = item["channels"].get<std::vector<std::string>>();
    if (item.contains("properties"))
      for (const auto& [name, value] : item["properties"].items()) tensor.properties.emplace_back(name, value.get<std::string>());
    tensors.push_back(std::move(tensor));
  }
  return tensors;
}

/// How a file is written, as files of one logger share it: what only this file's bytes led to is left out.
std::string layout_key(const DataFile& file) {
  if (file.kind != DataFileKind::delimited) return canonical_json(columns_json(file.columns));
  Json dialect = file.dialect.to_json();
  dialect.erase("confidence");
  dialect.erase("evidence");
  return canonical_json({{"columns", columns_json(file.columns)}, {"dialect", dialect}});
}

DataFile parse_file(const Json& json, const Json& layouts, const std::string& name) {
  DataFile file;
  file.name = json.at("name").get<std::string>();
  file.bytes = json.at("bytes").get<std::uint64_t>();
  file.sha256 = json.at("sha256").get<std::string>();
  if (file.sha256.size() != 64 || file.sha256.find_first_not_of("0123456789abcdef") != std::string::npos) damaged(name, "the digest of " + file.name);
  const auto kind = json.at("kind").get<std::string>();
  if (kind == "other") return file;
  file.rows = json.at("rows").get<std::int64_t>();
  if (file.rows < 0) damaged(name, "the rows of " + file.name);
  if (kind == "delimited" || kind == "json_lines" || kind == "columnar") {
    const auto& layout = layouts.at(json.at("layout").get<std::size_t>());
    file.kind = kind == "delimited" ? DataFileKind::delimited : kind == "columnar" ? DataFileKind::columnar : DataFileKind::json_lines;
    if (file.kind == DataFileKind::columnar) file.format = json.at("format").get<std::string>();
    if (file.kind == DataFileKind::delimited) file.dialect = Dialect::from_json(layout.at("dialect"), name);
    file.columns = parse_columns(layout.at("columns"), name);
  } else if (kind == "tensor") {
    file.kind = DataFileKind::tensor;
    file.type = static_cast<ElementType>(json.at("element_type").get<int>());
    file.shape = json.at("shape").get<std::vector<std::int64_t>>();
    element_count(file.shape);
  } else if (kind == "tensors" || kind == "image" || kind == "labels") {
    file.kind = kind == "tensors" ? DataFileKind::tensors : kind == "image" ? DataFileKind::image : DataFileKind::labels;
    file.format = json.at("format").get<std::string>();
    if (kind != "labels") file.tensors = parse_tensors(json.at("tensors"));
  } else {
    damaged(name, "kind '" + kind + "'");
  }
  return file;
}

}  // namespace

std::string manifest_text(const DataSet& data) {
  Json files = Json::array(), layouts = Json::array();
  std::map<std::string, std::size_t> known;
  for (const auto& file : data.files) {
    Json entry{{"name", file.name}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"kind", data_file_kind_name(file.kind)}};
    if (file.kind != DataFileKind::other) entry["rows"] = file.rows;
    if (has_layout(file.kind)) {
      const auto [layout, added] = known.emplace(layout_key(file), layouts.size());
      if (added) layouts.push_back({{"columns", columns_json(file.columns)}});
      if (added && file.kind == DataFileKind::delimited) layouts.back()["dialect"] = file.dialect.to_json();
      entry["layout"] = layout->second;
      if (file.kind == DataFileKind::columnar) entry["format"] = file.format;
    } else if (file.kind == DataFileKind::tensor) {
      entry["element_type"] = static_cast<int>(file.type);
      entry["type"] = type_name(file.type);
      entry["shape"] = file.shape;
    } else if (!file.format.empty()) {
      entry["format"] = file.format;
      if (file.kind != DataFileKind::labels) entry["tensors"] = tensors_json(file.tensors);
    }
    files.push_back(std::move(entry));
  }
  const Json manifest{{"schema", "iai.manifest/1"}, {"rows", data.rows()},           {"bytes", data.bytes()},
                      {"files", std::move(files)},  {"layouts", std::move(layouts)}, {"root_digest", data_root_digest(data.files)}};
  return canonical_json(manifest) + "\n";
}

DataSet parse_manifest(const Json& json, const std::string& name) {
  if (!json.is_object() || !json.contains("schema") || json["schema"] != "iai.manifest/1")
    throw Error(ErrorKind::input, name + ": is no manifest of a data set", "name the folder that iai ingest made");
  DataSet data;
  try {
    for (const auto& item : json.at("files")) {
      data.files.push_back(parse_file(item, json.at("layouts"), name));
      if (data.files.size() > 1 && !(data.files[data.files.size() - 2].name < data.files.back().name))
        damaged(name, "names are not sorted at " + data.files.back().name);
    }
    data.root_digest = json.at("root_digest").get<std::string>();
  } catch (const Json::exception& failure) {
    damaged(name, failure.what());
  }
  if (data.root_digest != data_root_digest(data.files)) damaged(name, "the root digest does not follow from the files");
  return data;
}

}  // namespace iai
