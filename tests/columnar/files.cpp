// Writes Parquet and Arrow IPC files with Arrow itself, for tests and fuzzers: iai_columnar_files DIR [bombs].
//
//   plant.{parquet,arrow,arrows}   every kind of column, 6 rows
//   CODEC.parquet, CODEC.arrow     the same columns, compressed by each codec that the library has
//   many.parquet, many.arrow       20,000 rows in 5 row groups or batches
//   wide.parquet                   3,000 columns
//   encrypted.parquet, footer.parquet  encrypted with a footer that is, and one that is not
//   nested.parquet, lists.parquet  structs 70 levels deep; nothing but lists
//   empty.parquet, empty.arrow     columns without rows
//
// and with "bombs", which takes seconds, these only:
//   bomb.{parquet,arrow}           few bytes that unpack to hundreds of megabytes
//   text.{parquet,arrow}           a million rows of 100 kB, which stand once in a dictionary
//   rows.parquet                   268 million rows of one value
#include <cmath>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <arrow/api.h>
#include <arrow/io/file.h>
#include <arrow/ipc/writer.h>
#include <arrow/util/compression.h>
#include <parquet/arrow/writer.h>
#include <parquet/encryption/encryption.h>

namespace fs = std::filesystem;
using arrow::Array, arrow::field, arrow::Field, arrow::Schema, arrow::Table;
using Arrays = std::vector<std::shared_ptr<Array>>;
using Fields = std::vector<std::shared_ptr<Field>>;

namespace {

fs::path folder;

void check(const arrow::Status& status) {
  if (status.ok()) return;
  std::cerr << status.ToString() << "\n";
  std::exit(1);
}
template <class Value>
Value take(arrow::Result<Value> result) {
  check(result.status());
  return std::move(result).ValueUnsafe();
}

template <class Builder, class Value>
std::shared_ptr<Array> column(Builder&& builder, const std::vector<std::optional<Value>>& values) {
  for (const auto& value : values) check(value ? builder.Append(*value) : builder.AppendNull());
  return take(builder.Finish());
}

std::shared_ptr<Field> with_unit(const std::string& name, const std::shared_ptr<arrow::DataType>& type, const std::string& unit) {
  return field(name, type)->WithMetadata(arrow::key_value_metadata({"unit"}, {unit}));
}

using Integers = std::vector<std::optional<std::int64_t>>;
using Reals = std::vector<std::optional<double>>;
using Texts = std::vector<std::optional<std::string>>;

template <class Builder>
std::shared_ptr<Array> typed(const std::shared_ptr<arrow::DataType>& type, const Integers& values) {
  using Value = typename Builder::value_type;
  Builder builder(type, arrow::default_memory_pool());
  for (const auto& value : values) check(value ? builder.Append(static_cast<Value>(*value)) : builder.AppendNull());
  return take(builder.Finish());
}

std::shared_ptr<Array> decimals(int precision, int scale, const Texts& values) {
  arrow::Decimal128Builder builder(arrow::decimal128(precision, scale));
  for (const auto& value : values) check(value ? builder.Append(take(arrow::Decimal128::FromString(*value))) : builder.AppendNull());
  return take(builder.Finish());
}

void add(Fields& fields, Arrays& arrays, std::shared_ptr<Field> one, std::shared_ptr<Array> array) {
  fields.push_back(std::move(one));
  arrays.push_back(std::move(array));
}

/// Six rows of every kind of column.
std::shared_ptr<Table> plant() {
  Fields fields;
  Arrays arrays;
  const double inf = std::numeric_limits<double>::infinity(), nan = std::numeric_limits<double>::quiet_NaN();
  const std::int64_t noon = 1'772'366'400'000, none = 0;  // 2026-03-01T12:00:00Z
  const auto zoned = arrow::timestamp(arrow::TimeUnit::MILLI, "Europe/Berlin");
  add(fields, arrays, field("time", zoned), typed<arrow::TimestampBuilder>(zoned, {noon, noon + 250, noon + 500, noon + 750, noon + 1000, noon + 1250}));
  add(fields, arrays, with_unit("force", arrow::float32(), "kN"),
      column(arrow::FloatBuilder(), std::vector<std::optional<float>>{0.1f, 1.5f, std::nullopt, static_cast<float>(nan), static_cast<float>(inf), -2.0f}));
  add(fields, arrays, field("angle", arrow::float64()), column(arrow::DoubleBuilder(), Reals{0.1, 1e300, 2.5, std::nullopt, -0.0, 7}));
  add(fields, arrays, field("count", arrow::int64()),
      column(arrow::Int64Builder(), Integers{9'007'199'254'740'993, 9'007'199'254'740'994, std::nullopt, INT64_MAX, INT64_MIN, 0}));
  add(fields, arrays, field("serial", arrow::uint64()),
      column(arrow::UInt64Builder(),
             std::vector<std::optional<std::uint64_t>>{18'446'744'073'709'551'615u, 1u, 2u, std::nullopt, 9'223'372'036'854'775'808u, 5u}));
  add(fields, arrays, field("small", arrow::int8()), typed<arrow::Int8Builder>(arrow::int8(), {-128, 127, 0, 1, std::nullopt, 3}));
  add(fields, arrays, field("ok", arrow::boolean()),
      column(arrow::BooleanBuilder(), std::vector<std::optional<bool>>{true, false, std::nullopt, true, true, false}));
  arrow::StringDictionaryBuilder states;
  for (const char* state : {"running", "stopped", "running", "running"}) check(states.Append(state));
  check(states.AppendNull());
  check(states.Append("stopped"));
  auto state = take(states.Finish());
  add(fields, arrays, field("state", state->type()), state);
  add(fields, arrays, field("price", arrow::decimal128(10, 2)), decimals(10, 2, {"123.45", "-0.10", std::nullopt, "0.00", "99999999.99", "1.00"}));
  add(fields, arrays, field("exact", arrow::decimal128(38, 0)), decimals(38, 0, {"1", "-5", "9223372036854775807", std::nullopt, "0", "7"}));
  add(fields, arrays, field("day", arrow::date32()), typed<arrow::Date32Builder>(arrow::date32(), {20513, 20514, std::nullopt, 0, -1, 2'000'000}));
  const auto clock = arrow::time64(arrow::TimeUnit::MICRO);
  add(fields, arrays, field("shift", clock), typed<arrow::Time64Builder>(clock, {21'600'000'000, 21'600'500'000, none, std::nullopt, 1, 2}));
  const auto span = arrow::duration(arrow::TimeUnit::MILLI);
  add(fields, arrays, field("cycle", span), typed<arrow::DurationBuilder>(span, {1500, 1501, -3, std::nullopt, 0, 1}));
  add(fields, arrays, field("half", arrow::float16()), typed<arrow::HalfFloatBuilder>(arrow::float16(), {0x3C00, 0x3800, 0x7E00, std::nullopt, 0xC000, 0}));
  add(fields, arrays, field("note", arrow::utf8()),
      column(arrow::StringBuilder(), Texts{"Prüfstand 7", "", std::nullopt, "-", std::string("a\0b", 3), "x\xFFy"}));
  add(fields, arrays, field("large", arrow::large_utf8()), column(arrow::LargeStringBuilder(), Texts{"a", "b", "c", "d", "e", "f"}));
  add(fields, arrays, field("raw", arrow::binary()), column(arrow::BinaryBuilder(), Texts{"a", "b", "c", "d", "\xFE\xFF", "f"}));
  add(fields, arrays, field("key", arrow::fixed_size_binary(2)),
      column(arrow::FixedSizeBinaryBuilder(arrow::fixed_size_binary(2)), Texts{std::string("\0\1", 2), "ab", "cd", std::nullopt, "ef", "gh"}));
  add(fields, arrays, field("nothing", arrow::null()), std::make_shared<arrow::NullArray>(6));
  const auto current = column(arrow::DoubleBuilder(), Reals{1.5, 2, std::nullopt, 4, 5, 6});
  const auto valid = column(arrow::BooleanBuilder(), std::vector<std::optional<bool>>{true, true, true, true, true, false});
  add(fields, arrays, field("motor", arrow::struct_({with_unit("current", arrow::float64(), "A")})),
      std::make_shared<arrow::StructArray>(arrow::struct_({with_unit("current", arrow::float64(), "A")}), 6, Arrays{current}, valid->data()->buffers[1]));
  arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::DoubleBuilder>());
  for (int row = 0; row < 6; ++row) check(lists.Append());
  auto list = take(lists.Finish());
  add(fields, arrays, field("wave", list->type()), list);
  return Table::Make(arrow::schema(fields, arrow::key_value_metadata({"line"}, {"press 4"})), arrays);
}

std::shared_ptr<Table> many(int rows) {
  arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::NANO), arrow::default_memory_pool());
  arrow::DoubleBuilder forces;
  arrow::Int32Builder counts;
  arrow::StringBuilder names;
  for (int i = 0; i < rows; ++i) {
    check(times.Append(1'772'366'400'000'000'000 + std::int64_t{i} * 1'000'000));
    check(forces.Append(std::sin(i * 0.01) * 100));
    check(counts.Append(i));
    check(names.Append(i % 3 == 0 ? "OK" : "NOK"));
  }
  const Fields fields{field("time", times.type()), with_unit("force", arrow::float64(), "kN"), field("count", arrow::int32()), field("verdict", arrow::utf8())};
  return Table::Make(arrow::schema(fields), Arrays{take(times.Finish()), take(forces.Finish()), take(counts.Finish()), take(names.Finish())});
}

using Properties = parquet::WriterProperties::Builder;

void write_parquet(const std::string& name, const Table& table, Properties& how, std::int64_t rows = 1 << 20) {
  const auto file = take(arrow::io::FileOutputStream::Open((folder / name).string()));
  parquet::ArrowWriterProperties::Builder typed;
  typed.store_schema();
  check(parquet::arrow::WriteTable(table, arrow::default_memory_pool(), file, rows, how.build(), typed.build()));
  check(file->Close());
}
void write_parquet(const std::string& name, const Table& table, std::int64_t rows = 1 << 20) {
  Properties how;
  how.enable_page_checksum();
  write_parquet(name, table, how, rows);
}

enum class Form { file, stream };

void write_arrow(const std::string& name, const Table& table, Form form, arrow::Compression::type codec = arrow::Compression::UNCOMPRESSED,
                 std::int64_t rows = 1 << 20) {
  const auto file = take(arrow::io::FileOutputStream::Open((folder / name).string()));
  auto how = arrow::ipc::IpcWriteOptions::Defaults();
  how.use_threads = false;
  if (codec != arrow::Compression::UNCOMPRESSED) how.codec = take(arrow::util::Codec::Create(codec));
  const auto writer =
      take(form == Form::file ? arrow::ipc::MakeFileWriter(file, table.schema(), how) : arrow::ipc::MakeStreamWriter(file, table.schema(), how));
  check(writer->WriteTable(table, rows));
  check(writer->Close());
  check(file->Close());
}

void write_codecs(const Table& table) {
  using arrow::Compression;
  for (const auto codec : {Compression::SNAPPY, Compression::GZIP, Compression::ZSTD, Compression::LZ4, Compression::BROTLI}) {
    Properties how;
    how.compression(codec)->data_page_version(codec == Compression::ZSTD ? parquet::ParquetDataPageVersion::V2 : parquet::ParquetDataPageVersion::V1);
    write_parquet(arrow::util::Codec::GetCodecAsString(codec) + ".parquet", table, how);
  }
  write_arrow("zstd.arrow", table, Form::file, Compression::ZSTD);
  write_arrow("lz4.arrow", table, Form::file, Compression::LZ4_FRAME);
}

void write_encrypted(const Table& table) {
  for (const bool footer : {true, false}) {
    parquet::FileEncryptionProperties::Builder keys(arrow::util::SecureString("0123456789012345"));
    if (!footer) keys.set_plaintext_footer();
    Properties how;
    how.encryption(keys.build());
    write_parquet(footer ? "encrypted.parquet" : "footer.parquet", table, how);
  }
}

void write_rows() {
  const auto file = take(arrow::io::FileOutputStream::Open((folder / "rows.parquet").string()));
  const auto zeros = take(arrow::MakeArrayFromScalar(arrow::Int8Scalar(0), 1 << 22));
  const auto schema = arrow::schema({field("zero", arrow::int8())});
  const auto writer = take(parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), file));
  for (int part = 0; part < 64; ++part) check(writer->WriteTable(*Table::Make(schema, Arrays{zeros}), 1 << 22));
  check(writer->Close());
  check(file->Close());
}

/// Zeros by the hundred million.
void write_bombs() {
  const auto zeros = take(arrow::AllocateBuffer(400 << 20));
  std::memset(zeros->mutable_data(), 0, static_cast<std::size_t>(zeros->size()));
  const std::shared_ptr<arrow::Buffer> data(zeros.get(), [](auto*) {});
  const auto values = std::make_shared<arrow::DoubleArray>(zeros->size() / 8, data);
  const auto table = Table::Make(arrow::schema({field("zero", arrow::float64())}), Arrays{values});
  write_arrow("bomb.arrow", *table, Form::file, arrow::Compression::ZSTD, values->length());
  Properties how;
  how.disable_dictionary()
      ->compression(arrow::Compression::ZSTD)
      ->data_pagesize(std::int64_t{1} << 30)
      ->max_rows_per_page(INT64_MAX)
      ->encoding(parquet::Encoding::PLAIN);
  write_parquet("bomb.parquet", *table, how, values->length());
  arrow::StringDictionaryBuilder words;
  const std::string word(100'000, 'w');
  for (int row = 0; row < 1'000'000; ++row) check(words.Append(word));
  const auto text = take(words.Finish());
  write_parquet("text.parquet", *Table::Make(arrow::schema({field("text", text->type())}), Arrays{text}));
  write_arrow("text.arrow", *Table::Make(arrow::schema({field("text", text->type())}), Arrays{text}), Form::file);
  write_rows();
}

void write_shapes() {
  Fields fields;
  Arrays arrays;
  for (int c = 0; c < 3000; ++c)
    add(fields, arrays, field("c" + std::to_string(c), arrow::int32()), typed<arrow::Int32Builder>(arrow::int32(), {c, c + 1, std::nullopt}));
  write_parquet("wide.parquet", *Table::Make(arrow::schema(fields), arrays));
  auto deep = typed<arrow::Int32Builder>(arrow::int32(), {1, 2, 3});
  auto shape = field("x", arrow::int32());
  for (int level = 0; level < 70; ++level) {
    deep = std::make_shared<arrow::StructArray>(arrow::struct_({shape}), 3, Arrays{deep});
    shape = field("x", deep->type());
  }
  write_parquet("nested.parquet", *Table::Make(arrow::schema({shape}), Arrays{deep}));
  const auto whole = plant();
  write_parquet("lists.parquet", *take(whole->SelectColumns({whole->num_columns() - 1})));
  write_parquet("empty.parquet", *many(0));
  write_arrow("empty.arrow", *many(0), Form::file);
}

void write_all() {
  const auto table = plant();
  write_parquet("plant.parquet", *table);
  write_arrow("plant.arrow", *table, Form::file);
  write_arrow("plant.arrows", *table, Form::stream);
  write_codecs(*take(table->SelectColumns({0, 1, 2, 3, 7, 14})));
  const auto rows = many(20'000);
  write_parquet("many.parquet", *rows, 4000);
  write_arrow("many.arrow", *rows, Form::file, arrow::Compression::UNCOMPRESSED, 4000);
  write_arrow("many.arrows", *rows, Form::stream, arrow::Compression::ZSTD, 4000);
  write_encrypted(*take(table->SelectColumns({0, 1})));
  write_shapes();
}

}  // namespace

int main(int argc, char** argv) try {
  if (argc < 2) return 2;
  folder = argv[1];
  fs::create_directories(folder);
  if (argc > 2) write_bombs();
  else write_all();
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
