#pragma once

#include <string>

namespace iai {

/// How every page that iai writes begins: it may load nothing and run nothing, wherever it is opened.
constexpr const char* html_page_start = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
)";

/// The style of pages with plots, a <style> element: tables, td.n for figures, svg .bar, light and dark.
extern const char* const html_plot_style;

/// A plot. @param words  what it shows, for those who cannot see it; escaped here  @param content  its elements
std::string html_svg(int width, int height, const std::string& words, const std::string& content);

}  // namespace iai
