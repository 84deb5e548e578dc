#include "evaluator/metrics/output_error.hpp"

#include <atomic>
#include <cmath>
#include <cstdlib>

#include <doctest/doctest.h>

#include "evaluator/metrics/ordered_work.hpp"
#include "formats/error.hpp"
#include "tests/real_data.hpp"

using namespace iai;

namespace {

std::vector<std::byte> outputs_of(const Session& session, const Samples& samples, int batch, int threads) {
  std::vector<std::byte> all;
  std::int64_t expected = 0;
  run_samples(session, samples, batch, threads, [&](std::int64_t first, const std::vector<Tensor>& outputs) {
    CHECK(first == expected);
    expected += outputs[0].shape[0];
    all.insert(all.end(), outputs[0].bytes.begin(), outputs[0].bytes.end());
  });
  CHECK(expected == samples.count());
  return all;
}

}  // namespace

TEST_CASE("ordered work: results come in order, and never more than twice the threads wait") {
  std::atomic<std::int64_t> started{0}, consumed{0}, widest{0};
  std::vector<std::int64_t> seen;
  ordered_work(
      200, 4,
      [&](std::int64_t i) {
        const std::int64_t ahead = ++started - consumed;
        std::int64_t now = widest;
        while (ahead > now && !widest.compare_exchange_weak(now, ahead)) {
        }
        const std::vector<std::int64_t> value{i};
        return std::vector<Tensor>{make_tensor<std::int64_t>({1}, value)};
      },
      [&](std::int64_t i, const std::vector<Tensor>& result) {
        CHECK(result[0].values<std::int64_t>()[0] == i);
        seen.push_back(i);
        ++consumed;
      });
  CHECK(seen.size() == 200);
  CHECK(std::is_sorted(seen.begin(), seen.end()));
  CHECK(widest <= 9);  // 2 * 4, and one that was consumed but not yet counted
}

TEST_CASE("ordered work: the first error in order wins, whatever came first in time") {
  for (const int threads : {1, 3}) {
    std::int64_t consumed = 0;
    std::string message;
    try {
      ordered_work(
          50, threads,
          [&](std::int64_t i) -> std::vector<Tensor> {
            if (i >= 7) throw Error(ErrorKind::input, "item " + std::to_string(i));
            return {};
          },
          [&](std::int64_t, const std::vector<Tensor>&) { ++consumed; });
    } catch (const Error& error) {
      message = error.message();
    }
    CHECK(message == "item 7");
    CHECK(consumed == 7);
  }
}

TEST_CASE("run_samples: the same bits whatever the threads; compare_outputs of a model with itself") {
  for (const char* name : {"cmapss_cnn", "cmapss_lstm", "cmapss_transformer"}) {
    const auto model = real_model(name);
    if (!model) return;
    const Session session(*model, {});
    const auto samples = open_samples({real_file("models/cmapss_eval_x.npy")}, wanted_inputs(session));
    CHECK(samples->count() == 100);
    const auto one = outputs_of(session, *samples, 0, 1);
    CHECK(one == outputs_of(session, *samples, 0, 4));
    const auto seven = outputs_of(session, *samples, 7, 1);
    CHECK(seven == outputs_of(session, *samples, 7, 3));
    CHECK(seven == one);
    CHECK(outputs_of(session, *samples, 32, 2) == one);
    const auto errors = compare_outputs(session, session, *samples, 2);
    REQUIRE(errors.size() == 1);
    CHECK(std::isinf(errors[0].sqnr_db));
    CHECK(errors[0].max_absolute == 0);
    CHECK(errors[0].elements == 100);
  }
}

TEST_CASE("outputs of the reference: the same errors whether all, some or none are kept, the first time and the next") {
  const auto first = real_model("cmapss_cnn"), second = real_model("cmapss_lstm");
  if (!first || !second) return;
  const Session cnn(*first, {}), lstm(*second, {});
  const auto samples = open_samples({real_file("models/cmapss_eval_x.npy")}, wanted_inputs(cnn));
  const OutputError alone = compare_outputs(cnn, lstm, *samples, 1)[0];
  for (const std::uint64_t most_bytes : {0, 40, 4000}) {  // an output has 4 bytes
    ReferenceOutputs expected(cnn, *samples, most_bytes);
    for (int turn = 0; turn < 3; ++turn) {
      const OutputError kept = expected.compare(lstm, 1 + turn)[0];
      CHECK(kept.sqnr_db == alone.sqnr_db);
      CHECK(kept.noise == alone.noise);
    }
    CHECK(std::isinf(expected.compare(cnn, 2)[0].sqnr_db));
  }
}

TEST_CASE("compare_outputs: CNN against LSTM, independent of threads") {
  const auto first = real_model("cmapss_cnn"), second = real_model("cmapss_lstm");
  if (!first || !second) return;
  const Session cnn(*first, {}), lstm(*second, {});
  const auto samples = open_samples({real_file("models/cmapss_eval_x.npy")}, wanted_inputs(cnn));
  const OutputError one = compare_outputs(cnn, lstm, *samples, 1)[0], many = compare_outputs(cnn, lstm, *samples, 4)[0];
  CHECK(one.sqnr_db == many.sqnr_db);
  CHECK(one.cosine == many.cosine);
  // The figures once more, from the raw outputs.
  const auto a = outputs_of(cnn, *samples, 1, 1), b = outputs_of(lstm, *samples, 1, 1);
  double signal = 0, noise = 0;
  for (std::size_t i = 0; i < 100; ++i) {
    float x = 0, y = 0;
    std::memcpy(&x, a.data() + 4 * i, 4);
    std::memcpy(&y, b.data() + 4 * i, 4);
    signal += static_cast<double>(x) * static_cast<double>(x);
    noise += std::pow(static_cast<double>(x) - static_cast<double>(y), 2);
  }
  CHECK(one.sqnr_db == doctest::Approx(10 * std::log10(signal / noise)));

  const auto digits = real_model("digits_cnn");
  REQUIRE(digits);
  CHECK_THROWS_AS(compare_outputs(cnn, Session(*digits, {}), *samples, 1), Error);
}
