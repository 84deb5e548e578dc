#pragma once

#include <map>
#include <string>

#include "evaluator/profile/ingest.hpp"
#include "formats/error.hpp"

namespace iai {

class ColumnarReader;
class DelimitedReader;
class DigestStream;
class PeekStream;
class RowReader;
class TensorFile;
enum class LabelFormat;
enum class TensorFileKind;

/// Reads files one after the other into what is ingested, each in the format that its first bytes tell. What cannot be read is
/// digested and said.
class FileIngest {
 public:
  /// @param result  outlives this
  FileIngest(const IngestOptions& options, int threads, IngestedData& result) : options_(options), threads_(threads), result_(result) {}
  /// @param file  named; gets what it holds   @param source  read as far as it is needed   @param under  what digests it
  void read(DataFile& file, ByteStream& source, const DigestStream& under);
  /// Why the first file that is no table is none.
  Error first_refusal() const;

 private:
  TableProfile& table_of(const std::vector<Column>& columns);
  void read_delimited(DataFile& file, ByteStream& stream, const DigestStream& under);
  void note_skipped(const DataFile& file, const RowReader& reader);
  void read_json_lines(DataFile& file, ByteStream& stream, const DigestStream& under);
  void read_columnar(DataFile& file, PeekStream& stream, const DigestStream& under);
  void profile_columnar(DataFile& file, ColumnarReader& reader);
  void profile_batches(DataFile& file, DelimitedReader& reader);
  void profile_rows(DataFile& file, RowReader& reader);
  void read_tensor(DataFile& file, ByteStream& stream);
  void read_tensor_file(DataFile& file, TensorFileKind kind, ByteStream& stream, const DigestStream& under);
  void profile_tensor(DataFile& file, TensorFile& source, std::size_t number);
  void note_classes(const std::string& name, std::string_view text);
  void read_image_file(DataFile& file, PeekStream& stream, const DigestStream& under);
  void read_labels(DataFile& file, LabelFormat format, ByteStream& stream, const DigestStream& under);
  void refuse(const DataFile& file, const Error& error);

  const IngestOptions& options_;
  int threads_;
  IngestedData& result_;
  std::map<std::string, std::size_t> tables_;
  std::string first_refusal_, first_hint_;
};

}  // namespace iai
