#include "formats/tensor.hpp"
