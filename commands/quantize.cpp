#include "commands/quantize.hpp"

#include "commands/quantize_float.hpp"
#include "commands/quantize_int8.hpp"
#include "commands/quantize_options.hpp"

namespace iai {

ExitCode run(const QuantizeOptions& options, Context& context) {
  check_options(options);
  return options.precision == "int8" ? quantize_int8(options, context) : quantize_float(options, context);
}

}  // namespace iai
