#include "formats/interrupt.hpp"

namespace iai {

void watch_signals() {}

}  // namespace iai
