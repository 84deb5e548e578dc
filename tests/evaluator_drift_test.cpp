#include <algorithm>
#include <cmath>
#include <vector>

#include <doctest/doctest.h>

#include "evaluator/data/counter_random.hpp"
#include "evaluator/drift/drift_sample.hpp"
#include "evaluator/drift/drift_statistics.hpp"
#include "evaluator/profile/sketches.hpp"
#include "formats/error.hpp"

using namespace iai;

namespace {

/// The reference as profile.json holds it when the profile counted every value.
KnownDistribution exactly(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  std::vector<std::pair<double, std::uint64_t>> items;
  for (const double value : values) items.emplace_back(value, 1);
  return known_distribution(thin_distribution(items, values.front(), values.back()), 0, static_cast<double>(values.size()));
}

Comparison compare(const KnownDistribution& reference, const std::vector<double>& sample) {
  SampleCounts counts(reference);
  for (const double value : sample) counts.add(value);
  return counts.finish();
}

/// x[i] = (a * i * i + b * i) % c / d: the same numbers in Python.
std::vector<double> numbers(std::size_t n, std::uint64_t a, std::uint64_t b, std::uint64_t c, double d) {
  std::vector<double> values;
  for (std::uint64_t i = 0; i < n; ++i) values.push_back(static_cast<double>((a * i * i + b * i) % c) / d);
  return values;
}

}  // namespace

TEST_CASE("drift: distances are those of SciPy on exact data") {
  // SciPy 1.17.0, NumPy 2.4.6:
  //   def numbers(n, a, b, c, d): return numpy.array([(a * i * i + b * i) % c / d for i in range(n)])
  //   x, y = numbers(700, 7, 13, 1009, 10), numbers(500, 11, 5, 997, 9)
  //   u, v = numbers(300, 3, 1, 7, 1), numbers(400, 5, 2, 11, 1)
  //   for p, q in ((x, y), (u, v)): print(scipy.stats.ks_2samp(p, q).statistic, scipy.stats.wasserstein_distance(p, q))
  struct Case {
    std::vector<double> x, y;
    double ks, wasserstein;
  };
  for (const auto& one : {Case{numbers(700, 7, 13, 1009, 10), numbers(500, 11, 5, 997, 9), 0.14285714285714285, 8.192047619047617},
                          Case{numbers(300, 3, 1, 7, 1), numbers(400, 5, 2, 11, 1), 0.545, 2.0}}) {
    const auto comparison = compare(exactly(one.x), one.y);
    CHECK(least_ks(comparison) == doctest::Approx(one.ks).epsilon(1e-12));
    CHECK(least_wasserstein(comparison) == doctest::Approx(one.wasserstein).epsilon(1e-12));
    const auto back = compare(exactly(one.y), one.x);
    CHECK(least_ks(back) == doctest::Approx(one.ks).epsilon(1e-12));
    CHECK(least_wasserstein(back) == doctest::Approx(one.wasserstein).epsilon(1e-12));
  }
  // Beyond the numbers that are kept, figures are those at the reference's values.
  std::vector<double> many;
  const auto y = numbers(500, 11, 5, 997, 9);
  for (int i = 0; i < 10; ++i) many.insert(many.end(), y.begin(), y.end());
  const auto counted = compare(exactly(numbers(700, 7, 13, 1009, 10)), many);
  CHECK(least_ks(counted) == doctest::Approx(0.14285714285714285).epsilon(1e-12));
  CHECK(least_wasserstein(counted) == doctest::Approx(8.192047619047617).epsilon(1e-3));
  CHECK(least_wasserstein(counted) <= 8.192047619047617 * (1 + 1e-12));
}

TEST_CASE("drift: divergences are those of SciPy") {
  // SciPy 1.17.0: p, q = numpy.array([.1, .2, .3, .4]), numpy.array([.25, .25, .25, .25])
  //   scipy.spatial.distance.jensenshannon(p, q), (scipy.special.rel_entr(p, q) + scipy.special.rel_entr(q, p)).sum()
  const Shares shares{{.1, .2, .3, .4}, {.25, .25, .25, .25}};
  CHECK(jensen_shannon(shares) == doctest::Approx(0.16692996572597962).epsilon(1e-12));
  CHECK(population_stability(shares, 1000, 1000) == doctest::Approx(0.22821740957339182).epsilon(1e-12));
  // An empty bin counts as half a row: p = .5, q = .0005 and .5, .9995 of 1000 rows.
  CHECK(population_stability({{.5, .5}, {0, 1}}, 1000, 1000) == doctest::Approx((.5 - .0005) * std::log(.5 / .0005) + .5 * std::log(2.0)));
}

TEST_CASE("drift: tails are those of SciPy") {
  // SciPy 1.17.0: scipy.special.gammaincc(a, x) for (a, x) in ((.5, .1), (4.5, 3), (4.5, 30), (50, 20), (50, 90))
  CHECK(gamma_tail(.5, .1) == doctest::Approx(0.6547208460185768).epsilon(1e-12));
  CHECK(gamma_tail(4.5, 3) == doctest::Approx(0.7399182920946538).epsilon(1e-12));
  CHECK(gamma_tail(4.5, 30) == doctest::Approx(1.3406780483959625e-09).epsilon(1e-10));
  CHECK(gamma_tail(50, 20) == doctest::Approx(0.9999999875410739).epsilon(1e-12));
  CHECK(gamma_tail(50, 90) == doctest::Approx(1.6494985017178526e-06).epsilon(1e-9));
  // scipy.stats.kstwobign.sf((r + .12 + .11 / r) * d), r = sqrt(n m / (n + m)), for (d, n, m) in ((.1, 500, 700), (.03, 1000, 100000), (.5, 20, 20))
  CHECK(ks_tail(.1, 500, 700) == doctest::Approx(0.005370246198514635).epsilon(1e-10));
  CHECK(ks_tail(.03, 1000, 100000) == doctest::Approx(0.33034224494450015).epsilon(1e-10));
  CHECK(ks_tail(.5, 20, 20) == doctest::Approx(0.008161678659143069).epsilon(1e-10));
  // h = scipy.stats.hypergeom(n + m, a + b, m); min(1, 2 * min(h.sf(b - 1), h.cdf(b)))
  CHECK(share_tail(0, 10000, 1, 100) == doctest::Approx(0.019801980198019802).epsilon(1e-9));
  CHECK(share_tail(0, 1000, 3, 1000) == doctest::Approx(0.24962481240620307).epsilon(1e-9));
  CHECK(share_tail(50, 1000, 80, 1000) == doctest::Approx(0.00830844837775692).epsilon(1e-9));
  CHECK(share_tail(80, 1000, 10, 300) == doctest::Approx(0.004644097783856282).epsilon(1e-9));
  CHECK(share_tail(5, 20, 5, 20) == 1);
  CHECK(share_tail(0, 20, 0, 20) == 1);
  CHECK(share_tail(20, 20, 30, 30) == 1);
  // Holm by hand: 4 * .005, 3 * .01, 2 * .03, then no less than the one before.
  std::vector<double> chances{.01, .04, .03, .005};
  adjust_by_holm(chances);
  CHECK(chances == std::vector<double>{.03, .06, .06, .02});
}

TEST_CASE("drift: what profile.json keeps of a distribution") {
  std::vector<std::pair<double, std::uint64_t>> items;
  for (int i = 0; i < 10000; ++i) items.emplace_back(i, i == 5000 ? 5000 : 1);
  const auto thin = thin_distribution(items, -1, 20000);
  CHECK(thin.values.size() <= 260);
  CHECK(thin.values.front() == -1);
  CHECK(thin.values.back() == 20000);
  CHECK(thin.through.back() == 14999);
  for (std::size_t i = 0; i < thin.values.size(); ++i) {
    const auto value = static_cast<std::uint64_t>(std::clamp(thin.values[i], 0.0, 10000.0));
    CHECK(thin.below[i] == (thin.values[i] > 5000 ? value + 4999 : value));
    if (i > 0) CHECK(thin.below[i] - thin.through[i - 1] <= 14999 / 256 + 1);
    if (thin.values[i] == 5000) CHECK(thin.through[i] == 10000);
  }
  const auto again = parse_distribution(distribution_json(thin));
  CHECK(again.values == thin.values);
  CHECK(again.below == thin.below);
  CHECK(again.through == thin.through);
  items.resize(512);
  CHECK(thin_distribution(items, 0, 511).values.size() == 512);
  CHECK(thin_distribution({}, 0, 0).values.empty());
  CHECK(thin_distribution(items, 0, INFINITY).values.empty());
  const auto json = [](const char* text) { return Json::parse(text); };
  CHECK_THROWS_AS(parse_distribution(json(R"({"values":[2,1],"below":[0,5],"through":[5,10]})")), Error);
  CHECK_THROWS_AS(parse_distribution(json(R"({"values":[1,2],"below":[0,5],"through":[5]})")), Error);
  CHECK_THROWS_AS(parse_distribution(json(R"({"values":[1,2],"below":[0,4],"through":[5,10]})")), Error);
  CHECK_THROWS_AS(parse_distribution(json(R"({"values":[],"below":[],"through":[]})")), Error);
  CHECK_THROWS_AS(parse_distribution(json(R"({"values":[1],"below":[0],"through":[0]})")), Error);
}

namespace {

enum class Shape { normal, skewed, rounded, steps, heavy };
constexpr Shape shapes[] = {Shape::normal, Shape::skewed, Shape::rounded, Shape::steps, Shape::heavy};

double draw(Shape shape, const CounterRandom& random, std::uint64_t i) {
  const double z = random.normal(i);
  if (shape == Shape::skewed) return std::exp(z);
  if (shape == Shape::rounded) return std::round(z * 4) / 4;
  if (shape == Shape::steps) return z < 0 ? 0 : std::floor(z * 2);                  // half of them zero
  if (shape == Shape::heavy) return std::tan(3.14159 * (random.uniform(i) - 0.5));  // no mean, no deviation
  return z;
}

/// A column of profile.json as the sketch of `n` numbers writes it.
ReferenceColumn profiled(Shape shape, const CounterRandom& random, std::int64_t n) {
  Quantiles sketch;
  double minimum = 1e300, maximum = -1e300, sum = 0, squares = 0;
  for (std::int64_t i = 0; i < n; ++i) {
    const double value = draw(shape, random, static_cast<std::uint64_t>(i));
    sketch.add(value);
    minimum = std::min(minimum, value);
    maximum = std::max(maximum, value);
    sum += value;
    squares += value * value;
  }
  const double mean = sum / static_cast<double>(n);
  StoredColumn column;
  column.type = "real";
  column.values = n;
  column.deviation = std::sqrt(squares / static_cast<double>(n) - mean * mean);
  column.rank_error = sketch.exact() ? 0 : Quantiles::rank_error;
  column.distribution = thin_distribution(sketch.items(), minimum, maximum);
  return reference_column(column);
}

std::vector<DriftFigure> figures_of(const ReferenceColumn& reference, Shape shape, const CounterRandom& random, std::uint64_t m, double shift = 0) {
  DriftSample sample(reference, 1);
  for (std::uint64_t i = 0; i < m; ++i) {
    Cell cell;
    cell.number = draw(shape, random, 1'000'000 + i) + shift;
    sample.add(cell, ColumnType::real);
  }
  return sample.figures();
}

}  // namespace

TEST_CASE("drift: no more false alarms than the level says, over all figures of five columns together") {
  constexpr double level = 0.05;
  constexpr int trials = 200;
  const std::pair<std::int64_t, std::uint64_t> sizes[] = {{300, 200}, {3000, 1000}, {5000, 6000}};
  for (const auto& size : sizes) {
    const auto n = size.first;
    const auto m = size.second;
    int alarms = 0;
    for (int trial = 0; trial < trials; ++trial) {
      std::vector<double> chances;
      for (const auto shape : shapes) {
        const CounterRandom random(static_cast<std::uint64_t>(trial * 5 + static_cast<int>(shape)), "undrifted");
        for (const auto& figure : figures_of(profiled(shape, random, n), shape, random, m)) chances.push_back(figure.chance);
      }
      adjust_by_holm(chances);
      alarms += *std::min_element(chances.begin(), chances.end()) <= level ? 1 : 0;
    }
    INFO(n << " against " << m << ": " << alarms << " alarms");
    CHECK(alarms <= 17);  // 99 % of the binomial distribution with 200 trials at 5 %
  }
}

TEST_CASE("drift: planted shifts are found, and the bound by chance is one that chance does not reach") {
  const std::pair<std::int64_t, std::uint64_t> sizes[] = {{300, 400}, {20000, 6000}};
  for (const auto& size : sizes)
    for (const auto shape : {Shape::normal, Shape::skewed, Shape::rounded, Shape::steps}) {
      const auto n = size.first;
      const auto m = size.second;
      const CounterRandom random(static_cast<std::uint64_t>(n) + static_cast<std::uint64_t>(shape), "drifted");
      const auto reference = profiled(shape, random, n);
      for (const auto& figure : figures_of(reference, shape, random, m, 0.5)) {
        if (figure.measure == DriftMeasure::missing) continue;
        INFO(n << " shape " << static_cast<int>(shape) << " measure " << static_cast<int>(figure.measure) << ": " << figure.value);
        CHECK(figure.chance < 0.001);
        CHECK(figure.value > reached_by_chance(figure, 0.01));
      }
    }
}

TEST_CASE("drift: figures on a sketch lie below the exact ones by no more than its rank error explains") {
  for (const auto shape : {Shape::normal, Shape::skewed, Shape::rounded}) {
    const CounterRandom random(5 + static_cast<std::uint64_t>(shape), "sketched");
    const auto reference = profiled(shape, random, 30000);
    std::vector<double> all, sample;
    for (std::uint64_t i = 0; i < 30000; ++i) all.push_back(draw(shape, random, i));
    for (std::uint64_t i = 0; i < 4000; ++i) sample.push_back(draw(shape, random, 2'000'000 + i) + 0.3);
    SampleCounts sketched(*reference.numbers);
    for (const double value : sample) sketched.add(value);
    const auto known = sketched.finish();
    // The exact ones, of both samples as they are.
    std::sort(all.begin(), all.end());
    std::sort(sample.begin(), sample.end());
    double ks = 0, wasserstein = 0, last = 0;
    std::size_t a = 0, b = 0;
    while (a < all.size() || b < sample.size()) {
      const double value = b == sample.size() || (a < all.size() && all[a] <= sample[b]) ? all[a] : sample[b];
      const double gap = std::abs(static_cast<double>(a) / 30000 - static_cast<double>(b) / 4000);
      if (a + b > 0) wasserstein += gap * (value - last);
      while (a < all.size() && all[a] == value) ++a;
      while (b < sample.size() && sample[b] == value) ++b;
      ks = std::max(ks, std::abs(static_cast<double>(a) / 30000 - static_cast<double>(b) / 4000));
      last = value;
    }
    CHECK(least_ks(known) <= ks + 1e-12);
    CHECK(least_ks(known) >= ks - 2 * 1.5 * Quantiles::rank_error - 1.0 / 256);
    CHECK(least_wasserstein(known) <= wasserstein + 1e-12);
    CHECK(least_wasserstein(known) >= 0.7 * wasserstein);
  }
}

TEST_CASE("drift: columns of codes, of truth values, and cells without a value") {
  StoredColumn stored;
  stored.type = "text";
  stored.values = 900;
  stored.empty = 100;
  stored.top_values = {{"ok", 600}, {"low", 300}};
  const auto codes = reference_column(stored);
  const auto figure_of = [](const ReferenceColumn& reference, const std::vector<std::string>& cells, DriftMeasure measure) {
    DriftSample sample(reference, 1);
    for (const auto& text : cells) {
      Cell cell;
      cell.text = text;
      cell.state = text.empty() ? CellState::missing : CellState::value;
      sample.add(cell, ColumnType::text);
    }
    for (const auto& figure : sample.figures())
      if (figure.measure == measure) return figure;
    return DriftFigure{};
  };
  std::vector<std::string> same, other;
  for (int i = 0; i < 300; ++i) {
    same.push_back(i % 10 == 9 ? "" : i % 3 == 0 ? "low" : "ok");
    other.push_back(i % 3 == 0 ? "" : i % 3 == 1 ? "new" : "ok");
  }
  CHECK(figure_of(codes, same, DriftMeasure::psi).chance > 0.1);
  CHECK(figure_of(codes, same, DriftMeasure::missing).value == 0);
  CHECK(figure_of(codes, other, DriftMeasure::psi).chance < 1e-9);
  CHECK(figure_of(codes, other, DriftMeasure::psi).value > 1);
  CHECK(figure_of(codes, other, DriftMeasure::missing).value == doctest::Approx(1.0 / 3 - 0.1));
  CHECK(figure_of(codes, other, DriftMeasure::missing).chance < 1e-9);
  stored = {};
  stored.type = "boolean";
  stored.values = 400;
  stored.mean = 0.25;
  const auto truths = reference_column(stored);
  CHECK(truths.codes == std::map<std::string, double>{{"true", 100}, {"false", 300}});
}
