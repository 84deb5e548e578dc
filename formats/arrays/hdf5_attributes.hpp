#pragma once

#include "formats/arrays/hdf5_handle.hpp"
#include "formats/tensor_file.hpp"

namespace iai {

/// Text of the attribute `name`: its strings, one for each element; empty when it is not there or no text.
std::vector<std::string> text_attribute(hid_t object, const char* name);
/// Its number; 0 when it is not there or none.
double number_attribute(hid_t object, const char* name);
/// Unit, sampling rate and channel names as loggers write them beside a data set.
void read_attributes(hid_t data_set, TensorEntry& entry);

}  // namespace iai
