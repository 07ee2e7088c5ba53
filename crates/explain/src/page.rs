//! The page: one HTML file with the record in it, which needs nothing else.

use crate::model::Run;

/// The page's own files, in the order in which they build on each other.
const SCRIPTS: &[&str] = &[
    include_str!("page/dom.js"),
    include_str!("page/data.js"),
    include_str!("page/overview.js"),
    include_str!("page/process.js"),
    include_str!("page/compiler.js"),
    include_str!("page/stepper.js"),
    include_str!("page/objects.js"),
    include_str!("page/run.js"),
    include_str!("page/main.js"),
];

/// The record as JSON that may stand inside a `<script>` element: no `<` is left in it, so nothing in a program's values can
/// end the element.
fn embedded(run: &Run) -> Result<String, serde_json::Error> {
    let json = serde_json::to_string(run)?;
    Ok(json.replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The page of a run.
///
/// # Errors
/// That of the JSON writer.
pub fn html(run: &Run) -> Result<String, serde_json::Error> {
    let script = format!("\"use strict\";\n(() => {{\n{}\n}})();", SCRIPTS.join("\n"));
    let mut out = String::new();
    let parts = [
        ("@TITLE@", escaped(&format!("{} explained", run.command.name))),
        ("@STYLE@", include_str!("page/page.css").to_owned()),
        ("@RECORD@", embedded(run)?),
        ("@SCRIPT@", script),
    ];
    let mut rest = include_str!("page/page.html");
    for (mark, text) in parts {
        if let Some((before, after)) = rest.split_once(mark) {
            out += before;
            out += &text;
            rest = after;
        }
    }
    out += rest;
    Ok(out)
}
