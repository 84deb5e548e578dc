#include <algorithm>

#include "evaluator/task/samples.hpp"

namespace iai {
namespace {

class SelectedSamples : public Samples {
 public:
  SelectedSamples(std::unique_ptr<Samples> source, std::vector<std::int64_t> rows) : source_(std::move(source)), rows_(std::move(rows)) {}
  std::int64_t count() const override { return static_cast<std::int64_t>(rows_.size()); }

  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override {
    std::vector<Tensor> tensors;
    for (std::int64_t i = first; i < first + n; ++i) {
      std::vector<Tensor> one = source_->read(rows_[static_cast<std::size_t>(i)], 1);
      if (tensors.empty()) {
        tensors = std::move(one);
        continue;
      }
      for (std::size_t k = 0; k < tensors.size(); ++k) {
        tensors[k].shape[0] += one[k].shape[0];
        tensors[k].bytes.insert(tensors[k].bytes.end(), one[k].bytes.begin(), one[k].bytes.end());
      }
    }
    return tensors;
  }
  SampleOrigin origin(std::int64_t index) const override { return source_->origin(rows_[static_cast<std::size_t>(index)]); }

 private:
  std::unique_ptr<Samples> source_;
  std::vector<std::int64_t> rows_;
};

class BorrowedSamples : public Samples {
 public:
  explicit BorrowedSamples(const Samples& samples) : samples_(samples) {}
  std::int64_t count() const override { return samples_.count(); }
  std::vector<Tensor> read(std::int64_t first, std::int64_t n) const override { return samples_.read(first, n); }
  SampleOrigin origin(std::int64_t index) const override { return samples_.origin(index); }

 private:
  const Samples& samples_;
};

}  // namespace

std::unique_ptr<Samples> select_samples(std::unique_ptr<Samples> source, std::vector<std::int64_t> rows) {
  return std::make_unique<SelectedSamples>(std::move(source), std::move(rows));
}

std::unique_ptr<Samples> borrow_samples(const Samples& samples) { return std::make_unique<BorrowedSamples>(samples); }

std::vector<std::int64_t> order_by_content(const Samples& samples) {
  std::vector<std::pair<std::uint64_t, std::int64_t>> hashed;
  for (std::int64_t i = 0; i < samples.count(); ++i) {
    std::uint64_t hash = 14695981039346656037u;  // FNV-1a
    for (const Tensor& tensor : samples.read(i, 1)) {
      for (const std::byte byte : tensor.bytes) hash = (hash ^ std::to_integer<std::uint64_t>(byte)) * 1099511628211u;
    }
    hashed.emplace_back(hash, i);
  }
  std::sort(hashed.begin(), hashed.end());
  std::vector<std::int64_t> order;
  for (const auto& [hash, i] : hashed) order.push_back(i);
  return order;
}

std::unique_ptr<Samples> limit_samples(std::unique_ptr<Samples> source, std::int64_t limit) {
  const std::int64_t count = source->count();
  if (limit <= 0 || limit >= count) return source;
  std::vector<std::int64_t> rows;
  // The product stays far below 2^63: both factors count samples that were read or asked for on a command line.
  for (std::int64_t i = 0; i < limit; ++i) rows.push_back(i * count / limit);
  return select_samples(std::move(source), std::move(rows));
}

}  // namespace iai
