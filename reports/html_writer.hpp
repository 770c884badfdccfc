// HTML and SVG while they are written. Text becomes markup nowhere: names of elements and attributes are words of this
// program, known when it is compiled, and all else is escaped on its way out. What is opened is closed, in order.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace converge::reports {

// A word of the program itself, never of a scenario.
struct Word {
  consteval Word(const char* word) : text(word) {}  // NOLINT(google-explicit-constructor): meant to be written as "div"
  std::string_view text;
};

struct Attribute {
  Attribute(Word attribute, std::string_view its_value) : name(attribute), value(its_value) {}

  Word name;
  std::string value;
};

using Attributes = std::initializer_list<Attribute>;

class Html {
 public:
  // Closes what was opened when the scope ends.
  class [[nodiscard]] Scope {
   public:
    explicit Scope(Html& html) : html_(&html) {}
    Scope(Scope&& other) noexcept : html_(std::exchange(other.html_, nullptr)) {}
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;
    Scope& operator=(Scope&&) = delete;
    ~Scope() {
      if (html_ != nullptr) html_->close();
    }

   private:
    Html* html_;
  };

  // An element with its classes: "div.row.late".
  Scope in(Word element, Attributes attributes = {});
  void element(Word element, std::string_view text, Attributes attributes = {});
  void element(Word element, Attributes attributes, std::string_view text) { this->element(element, text, attributes); }
  // One that never has content: <input>, <rect/>.
  void lone(Word element, Attributes attributes = {});

  void text(std::string_view);
  // Keeps its line breaks.
  void lines(std::string_view);
  // As it is: for our own style and script alone.
  void asset(std::string_view);
  // JSON inside a <script>: nothing in it can end that.
  void json(std::string_view);

  std::size_t depth() const { return open_.size(); }
  std::string take();

 private:
  void open(Word element, Attributes attributes);
  void close();

  std::string out_;
  std::vector<std::string_view> open_;
};

// As it may stand between tags and inside quotes: what would hide or reorder is shown as "\u202e", broken bytes too.
std::string escape_html(std::string_view);

}  // namespace converge::reports
