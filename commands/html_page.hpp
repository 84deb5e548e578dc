#pragma once

namespace iai {

/// How every page that iai writes begins: it may load nothing and run nothing, wherever it is opened.
constexpr const char* html_page_start = R"(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
)";

}  // namespace iai
