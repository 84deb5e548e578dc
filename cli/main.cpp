#include <iostream>
#include <string>
#include <vector>

#include <unistd.h>

#include "cli/app.hpp"
#include "formats/interrupt.hpp"

int main(int argc, char** argv) {
  iai::watch_signals();
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const int code = iai::run_app(arguments, std::cout, std::cerr, isatty(STDERR_FILENO) == 1);
  iai::end_run();
  return code;
}
