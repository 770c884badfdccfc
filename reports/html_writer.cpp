#include "reports/html_writer.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <utility>

#include "reports/terminal.hpp"

namespace converge::reports {
namespace {

// Those begin no line: a blank before them could be seen.
bool flows(std::string_view element) {
  constexpr std::array all{"a",    "abbr",   "b",    "code", "desc",  "em",    "kbd",
                           "span", "strong", "text", "time", "title", "small", "button"};
  return std::ranges::find(all, element) != all.end();
}

bool is_void(std::string_view element) {
  constexpr std::array all{"br", "hr", "input", "meta"};
  return std::ranges::find(all, element) != all.end();
}

void append_escaped(std::string& out, std::string_view text) {
  for (const char c : printable(Terminal{}, text)) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
}

std::string_view name_of(Word element) { return element.text.substr(0, element.text.find('.')); }

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  append_escaped(out, text);
  return out;
}

void Html::open(Word element, Attributes attributes) {
  const std::string_view name = name_of(element);
  if (!flows(name) && !out_.empty()) out_ += '\n';
  out_.append("<").append(name);
  std::string classes;
  if (name.size() < element.text.size()) classes = element.text.substr(name.size() + 1);
  std::ranges::replace(classes, '.', ' ');
  for (const Attribute& a : attributes) {
    if (a.name.text == "class" && !a.value.empty()) classes.append(classes.empty() ? "" : " ").append(a.value);
  }
  if (!classes.empty()) {
    out_.append(" class=\"");
    append_escaped(out_, classes);
    out_ += '"';
  }
  for (const Attribute& a : attributes) {
    if (a.name.text == "class") continue;
    out_.append(" ").append(a.name.text).append("=\"");
    append_escaped(out_, a.value);
    out_ += '"';
  }
}

Html::Scope Html::in(Word element, Attributes attributes) {
  open(element, attributes);
  out_ += '>';
  open_.push_back(name_of(element));
  return Scope{*this};
}

void Html::close() {
  assert(!open_.empty());
  out_.append("</").append(open_.back()).append(">");
  open_.pop_back();
}

void Html::element(Word element, std::string_view words, Attributes attributes) {
  const Scope scope = in(element, attributes);
  text(words);
}

void Html::lone(Word element, Attributes attributes) {
  open(element, attributes);
  out_ += is_void(name_of(element)) ? ">" : "/>";
}

void Html::text(std::string_view words) { append_escaped(out_, words); }

void Html::lines(std::string_view words) {
  while (true) {
    const std::size_t end = words.find('\n');
    append_escaped(out_, words.substr(0, end));
    if (end == std::string_view::npos) return;
    out_ += '\n';
    words.remove_prefix(end + 1);
  }
}

void Html::asset(std::string_view bytes) { out_ += bytes; }

void Html::json(std::string_view document) {
  for (const char c : document) {
    if (c == '<') {
      out_ += "\\u003c";  // only strings have one
    } else if (c == '>') {
      out_ += "\\u003e";
    } else if (c == '&') {
      out_ += "\\u0026";
    } else {
      out_ += c;
    }
  }
}

std::string Html::take() {
  assert(open_.empty());
  return std::exchange(out_, {});
}

}  // namespace converge::reports
