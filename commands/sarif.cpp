#include "commands/sarif.hpp"

#include <string_view>

#include <fmt/format.h>

namespace iai {

std::string sarif_uri(const std::string& name) {
  std::string out;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || std::string_view("-._~/").find(c) != std::string_view::npos;
    if (plain) out += c;
    else out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

OrderedJson sarif_rule(const std::string& id, const std::string& level, const std::string& meaning, const std::string& help) {
  const OrderedJson text{{"text", meaning.empty() ? id : meaning}};
  OrderedJson rule{{"id", id}};
  rule["shortDescription"] = text;
  rule["fullDescription"] = text;
  rule["help"] = {{"text", help}};
  rule["defaultConfiguration"] = {{"level", level}};
  return rule;
}

OrderedJson sarif_tool(OrderedJson rules) {
  return {
      {"driver", {{"name", "iai"}, {"fullName", "iai " IAI_VERSION}, {"version", IAI_VERSION}, {"semanticVersion", IAI_VERSION}, {"rules", std::move(rules)}}}};
}

std::string sarif_document(const std::string& verb, OrderedJson run) {
  run["automationDetails"] = {{"id", "iai-" + verb + "/"}};
  OrderedJson document{{"$schema", "https://json.schemastore.org/sarif-2.1.0.json"}, {"version", "2.1.0"}};
  document["runs"] = OrderedJson::array({std::move(run)});
  return document.dump(1, ' ', false, OrderedJson::error_handler_t::replace) + "\n";
}

}  // namespace iai
