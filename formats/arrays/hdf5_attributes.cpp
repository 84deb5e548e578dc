#include "formats/arrays/hdf5_attributes.hpp"

#include <cmath>
#include <cstring>

namespace iai {
namespace {

constexpr std::size_t most_text = 256, most_attribute_bytes = 64 << 10;

std::string cut(const char* text, std::size_t most) {
  std::string result(text, strnlen(text, std::min(most, most_text)));
  while (!result.empty() && result.back() == ' ') result.pop_back();
  for (char& c : result)
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  return result;
}

}  // namespace

std::vector<std::string> text_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return {};
  const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), &H5Aclose);
  if (!attribute || H5Aget_storage_size(attribute.id()) > most_attribute_bytes) return {};
  const Hdf5Handle type(H5Aget_type(attribute.id()), &H5Tclose), space(H5Aget_space(attribute.id()), &H5Sclose);
  if (!type || !space || H5Tget_class(type.id()) != H5T_STRING) return {};
  const auto count = H5Sget_simple_extent_npoints(space.id());
  if (count < 1 || count > 1024) return {};
  std::vector<std::string> texts;
  const auto n = static_cast<std::size_t>(count);
  if (H5Tis_variable_str(type.id()) > 0) {
    std::vector<char*> raw(n);
    const Hdf5Handle memory(H5Tcopy(type.id()), &H5Tclose);
    if (H5Aread(attribute.id(), memory.id(), raw.data()) < 0) return {};
    for (const char* text : raw) texts.push_back(text == nullptr ? std::string() : cut(text, most_text));
    H5Dvlen_reclaim(memory.id(), space.id(), H5P_DEFAULT, raw.data());
    return texts;
  }
  const auto size = H5Tget_size(type.id());
  if (size == 0 || size > most_attribute_bytes || size * n > most_attribute_bytes) return {};
  std::vector<char> raw(size * n);
  if (H5Aread(attribute.id(), type.id(), raw.data()) < 0) return {};
  for (std::size_t i = 0; i < n; ++i) texts.push_back(cut(raw.data() + i * size, size));
  return texts;
}

double number_attribute(hid_t object, const char* name) {
  if (H5Aexists(object, name) <= 0) return 0;
  const Hdf5Handle attribute(H5Aopen(object, name, H5P_DEFAULT), &H5Aclose);
  if (!attribute) return 0;
  const Hdf5Handle type(H5Aget_type(attribute.id()), &H5Tclose), space(H5Aget_space(attribute.id()), &H5Sclose);
  const auto kind = type ? H5Tget_class(type.id()) : H5T_NO_CLASS;
  if ((kind != H5T_INTEGER && kind != H5T_FLOAT) || H5Sget_simple_extent_npoints(space.id()) != 1) return 0;
  double value = 0;
  if (H5Aread(attribute.id(), H5T_NATIVE_DOUBLE, &value) < 0 || !std::isfinite(value)) return 0;
  return value;
}

void read_attributes(hid_t data_set, TensorEntry& entry) {
  for (const char* name : {"units", "unit", "Units", "Unit", "unit_string", "NI_UnitDescription"})
    if (const auto texts = text_attribute(data_set, name); entry.unit.empty() && texts.size() == 1) entry.unit = texts[0];
  for (const char* name : {"sampling_rate", "sample_rate", "SampleRate", "SamplingRate", "sampling_frequency", "fs", "Fs", "sfreq"})
    if (const double rate = number_attribute(data_set, name); entry.sampling_rate_hz == 0 && rate > 0) entry.sampling_rate_hz = rate;
  for (const char* name : {"dt", "wf_increment", "sampling_period", "sampling_interval"})
    if (const double period = number_attribute(data_set, name); entry.sampling_rate_hz == 0 && period > 0 && std::isfinite(1 / period))
      entry.sampling_rate_hz = 1 / period;
  for (const char* name : {"channels", "channel_names", "column_names", "columns"}) {
    auto texts = text_attribute(data_set, name);
    if (entry.channels.empty() && entry.shape.size() == 2 && texts.size() > 1 && static_cast<std::int64_t>(texts.size()) == entry.shape[1])
      entry.channels = std::move(texts);
  }
}

}  // namespace iai
