#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/box_labels.hpp"

namespace iai {

class StateStream;

/// Something wrong between images and their box labels.
struct BoxFinding {
  std::string kind;  ///< box_outside, box_empty, duplicate_box, class_out_of_range, size_differs, label_without_image, image_without_label, duplicate_label_id,
                     ///< broken_label
  std::string file;  ///< of labels; the image for image_without_label
  std::int64_t row = 0;  ///< line or number of the annotation of the first, 0: the whole file
  std::int64_t count = 0;
  std::string text;  ///< about the first
};

/// Holds images against the labels that name them, whatever the order in which files are read. Memory grows with the
/// boxes (about 50 bytes each).
class BoxCheck {
 public:
  void add_image(const std::string& name, std::int64_t width, std::int64_t height, std::int64_t orientation);
  void add_labels(const std::string& file, BoxLabels labels);
  /// How many classes there are (YOLO numbers them from 0), as a list of classes says.
  /// The last list counts, in the order of files.
  void set_classes(std::int64_t count, std::size_t file = 0);
  bool has_labels() const { return !labels_.empty(); }
  /// By file and kind. Once; the images and labels stay.
  std::vector<BoxFinding> finish();
  /// Adds the images and labels of other files.
  void merge(BoxCheck&& other);
  void transfer(StateStream& state);

 private:
  struct ImageFile {
    std::string name;
    std::int64_t width, height, orientation;
    bool labelled = false;
  };
  ImageFile* find(const std::string& label_file, const LabelledImage& wanted, LabelFormat format);
  void check_file(const std::string& file, const BoxLabels& labels);
  void check_box(const LabelBox& box, const ImageFile& image, LabelFormat format);
  void check_duplicates(const BoxLabels& labels);
  void add(const std::string& kind, std::int64_t row, std::string text);

  std::vector<ImageFile> images_;
  std::map<std::string, std::vector<std::size_t>, std::less<>> by_stem_;  // file name without folder and ending
  std::vector<std::pair<std::string, BoxLabels>> labels_;
  std::optional<std::int64_t> classes_;
  std::size_t classes_file_ = 0;
  std::vector<BoxFinding> findings_;
  std::string file_;               // of the labels that are checked now
  std::size_t first_finding_ = 0;  // of that file
};

/// Number of classes that a list of classes declares: classes.txt, obj.names (one a line) or a YOLO data.yaml (nc, names);
/// nothing when `name` is no such file or its content none.
std::optional<std::int64_t> class_count(const std::string& name, std::string_view text);
/// Could class_count() answer for a file of this name?
bool is_class_list(std::string_view name);

}  // namespace iai
