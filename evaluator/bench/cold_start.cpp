#include "evaluator/bench/cold_start.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstring>
#include <new>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "formats/error.hpp"
#include "formats/interrupt.hpp"
#include "formats/json.hpp"

namespace iai {

namespace fs = std::filesystem;

namespace {

double since_ms(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start).count();
}

/// What a warm run allocates, or why it is not known: no reason to fail.
void add_allocations(Json& said, const fs::path& model, const SessionOptions& options, std::vector<Tensor> inputs) {
  if (options.device != "cpu") {
    said["allocations_reason"] = "counted on the processor only, not on " + options.device;
    return;
  }
  try {
    const RunAllocations allocations = run_allocations(model, options, std::move(inputs));
    said["allocations"] = {{"count", allocations.count}, {"peak_bytes", allocations.peak_bytes}};
  } catch (const Error& error) {
    said["allocations_reason"] = error.message();
  } catch (const std::bad_alloc&) {
    said["allocations_reason"] = "the memory of this machine does not hold the model a second time";
  }
}

Json load_and_run(const fs::path& model, const SessionOptions& options, const MakeInputs& make_inputs) {
  Runtime::get(options.runtime);
  Json said;
  std::vector<Tensor> inputs;
  {
    const auto begin = std::chrono::steady_clock::now();
    const Session session(model, options);
    said["load_ms"] = since_ms(begin);
    inputs = make_inputs(session);
    const std::vector<TensorView> views = views_of(inputs);
    const auto first = std::chrono::steady_clock::now();
    session.run(views);
    said["first_ms"] = since_ms(first);
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  said["peak_kib"] = usage.ru_maxrss;
  add_allocations(said, model, options, std::move(inputs));
  return said;
}

/// The child: whatever happens goes through the pipe as JSON, nothing to the terminal.
[[noreturn]] void answer(int pipe, const fs::path& model, const SessionOptions& options, const MakeInputs& make_inputs) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  Json said;
  try {
    said = load_and_run(model, options, make_inputs);
  } catch (const Error& error) {
    said = {{"kind", static_cast<int>(error.kind())}, {"message", error.message()}, {"hint", error.hint()}};
  } catch (const std::bad_alloc&) {
    said = {{"kind", static_cast<int>(ErrorKind::environment)},
            {"message", model.string() + ": the memory of this machine does not hold the model and a batch of inputs"},
            {"hint", "give a smaller --batch"}};
  } catch (const std::exception& error) {
    said = {{"kind", static_cast<int>(ErrorKind::input)}, {"message", model.string() + ": " + error.what()}, {"hint", ""}};
  }
  const std::string text = said.dump(-1, ' ', false, Json::error_handler_t::replace);
  for (std::size_t done = 0; done < text.size();) {
    const ssize_t written = write(pipe, text.data() + done, text.size() - done);
    if (written < 0 && errno != EINTR) break;
    if (written > 0) done += static_cast<std::size_t>(written);
  }
  _exit(0);
}

std::string read_all(int pipe) {
  std::string text;
  char buffer[4096];
  for (;;) {
    const ssize_t n = read(pipe, buffer, sizeof buffer);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) return text;
    text.append(buffer, static_cast<std::size_t>(n));
  }
}

}  // namespace

ColdStart measure_cold_start(const fs::path& model, const SessionOptions& options, const MakeInputs& make_inputs) {
  int ends[2];
  if (pipe(ends) != 0) throw Error(ErrorKind::environment, std::string("a pipe cannot be made: ") + std::strerror(errno));
  const pid_t child = fork_process();
  if (child < 0) {
    const int code = errno;
    close(ends[0]);
    close(ends[1]);
    throw Error(ErrorKind::environment, std::string("a process cannot be started: ") + std::strerror(code), "raise the limit of processes (ulimit -u)");
  }
  if (child == 0) {
    close(ends[0]);
    answer(ends[1], model, options, make_inputs);
  }
  close(ends[1]);
  const std::string text = read_all(ends[0]);
  close(ends[0]);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  if (WIFSIGNALED(status)) {
    throw Error(
        ErrorKind::input,
        model.string() + ": loading it and running it once ended by signal " + std::to_string(WTERMSIG(status)) + " (" + strsignal(WTERMSIG(status)) + ")",
        WTERMSIG(status) == SIGKILL ? "the machine may have run out of memory" : "iai inspect shows what the file is");
  }
  if (text.empty()) {
    throw Error(ErrorKind::input, model.string() + ": the process that loaded it ended without an answer", "iai inspect shows what the file is");
  }
  const Json said = parse_json(text, model.string());
  if (said.contains("message")) {
    throw Error(static_cast<ErrorKind>(said.at("kind").get<int>()), said.at("message"), said.at("hint"));
  }
  ColdStart cold{said.at("load_ms"), said.at("first_ms"), said.at("peak_kib").get<std::uint64_t>() * 1024};
  if (said.contains("allocations")) cold.allocations = RunAllocations{said["allocations"].at("count"), said["allocations"].at("peak_bytes")};
  cold.allocations_reason = said.value("allocations_reason", "");
  return cold;
}

}  // namespace iai
