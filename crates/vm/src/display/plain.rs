//! A traceback as text, without the module `traceback`.

use taipan_object::exc::{Exception, fields};
use taipan_object::{Cx, Value, ops};

use crate::runtime::{compile, import};
use crate::traceback::{Traceback, TracebackExt};

/// How many links of causes and contexts are shown.
const MOST_LINKED: usize = 100;
/// How many equal entries in a row are shown before they are only counted.
const MOST_EQUAL: usize = 3;

const CAUSE: &str = "\nThe above exception was the direct cause of the following exception:\n\n";
const CONTEXT: &str = "\nDuring handling of the above exception, another exception occurred:\n\n";

/// The exception with its causes.
pub fn exception(cx: &mut Cx, value: &Value) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut seen: Vec<Value> = Vec::new();
    let mut at = Some(value.clone());
    while let Some(e) = at.take() {
        if seen.len() >= MOST_LINKED || seen.iter().any(|s| s.is(&e)) {
            parts.pop();
            break;
        }
        seen.push(e.clone());
        parts.push(one(cx, &e));
        let Some(data) = e.cast::<Exception>() else { break };
        let data = data.get(cx);
        let some = |v: &Option<Value>| v.clone().filter(|v| !v.is_none());
        if let Some(cause) = some(&data.cause) {
            parts.push(CAUSE.to_owned());
            at = Some(cause);
        } else if let Some(context) = some(&data.context).filter(|_| !data.suppress_context) {
            parts.push(CONTEXT.to_owned());
            at = Some(context);
        }
    }
    parts.reverse();
    parts.concat()
}

/// The exception alone: its traceback and its last line, neither causes nor notes.
pub fn brief(cx: &mut Cx, value: &Value, traceback: &Value) -> String {
    let mut out = String::new();
    head(cx, &mut out, traceback);
    out.push_str(&last_line(cx, value));
    out.push('\n');
    out
}

fn head(cx: &mut Cx, out: &mut String, traceback: &Value) {
    if traceback.cast::<Traceback>().is_some() {
        out.push_str("Traceback (most recent call last):\n");
        entries(cx, out, traceback.clone());
    }
}

fn one(cx: &mut Cx, value: &Value) -> String {
    let mut out = String::new();
    let traceback = value.cast::<Exception>().and_then(|e| e.get(cx).traceback.clone());
    head(cx, &mut out, &traceback.unwrap_or_else(Value::none));
    syntax_place(cx, &mut out, value);
    out.push_str(&last_line(cx, value));
    out.push('\n');
    notes(cx, &mut out, value);
    out
}

fn entries(cx: &mut Cx, out: &mut String, first: Value) {
    let mut last: Option<(String, i32)> = None;
    let mut equal = 0;
    let mut at = Some(first);
    while let Some(entry) = at.filter(|t| !t.is_none()) {
        let Some(data) = entry.cast::<Traceback>() else { break };
        let (file, name) = import::place(cx, &entry);
        let line = data.line(cx).unwrap_or(0);
        let key = (format!("{file}\0{name}"), line);
        if last.as_ref() == Some(&key) {
            equal += 1;
        } else {
            repeated(out, equal);
            equal = 0;
        }
        last = Some(key);
        if equal < MOST_EQUAL {
            out.push_str(&format!("  File \"{file}\", line {line}, in {name}\n"));
            let filename = cx.str(&file);
            if let Some(text) = compile::file_line(cx, &filename, line) {
                out.push_str(&format!("    {}\n", text.trim()));
            }
        }
        at = data.get(cx).next.clone();
    }
    repeated(out, equal);
}

/// The line that stands for entries which are left out.
fn repeated(out: &mut String, equal: usize) {
    if equal >= MOST_EQUAL {
        let more = equal + 1 - MOST_EQUAL;
        let plural = if more > 1 { "s" } else { "" };
        out.push_str(&format!("  [Previous line repeated {more} more time{plural}]\n"));
    }
}

fn syntax_place(cx: &mut Cx, out: &mut String, value: &Value) {
    if !value.is_instance(&taipan_object::exc::SYNTAX_ERROR) {
        return;
    }
    let Some(e) = value.cast::<Exception>() else { return };
    let extra = e.get(cx).extra.clone();
    let field = |i: usize| extra.get(i).cloned().flatten().filter(|v| !v.is_none());
    let text =
        |v: Option<Value>| v.as_ref().and_then(Value::as_str).map(|s| s.to_string_lossy().into_owned());
    let number = |v: Option<Value>| v.as_ref().and_then(Value::as_int).and_then(|i| i.to_i64());
    let Some(line) = number(field(fields::LINENO)) else { return };
    let file = text(field(fields::SYNTAX_FILENAME)).unwrap_or_else(|| "<string>".to_owned());
    out.push_str(&format!("  File \"{file}\", line {line}\n"));
    let Some(source) = text(field(fields::TEXT)) else { return };
    let shown = source.trim_end_matches(['\n', '\r']);
    let trimmed = shown.trim_start_matches([' ', '\t', '\x0c']);
    out.push_str(&format!("    {trimmed}\n"));
    let indent = (shown.chars().count() - trimmed.chars().count()) as i64;
    let Some(offset) = number(field(fields::OFFSET)).filter(|o| *o >= 1) else { return };
    let end = number(field(fields::END_OFFSET)).filter(|e| *e > offset).unwrap_or(offset + 1);
    let same_line = number(field(fields::END_LINENO)).is_none_or(|l| l == line);
    let end = if same_line { end } else { shown.chars().count() as i64 + 1 };
    let from = (offset - 1 - indent).max(0);
    let width = (end - offset).max(1);
    let blanks: String = trimmed
        .chars()
        .chain(std::iter::repeat(' '))
        .take(from as usize)
        .map(|c| if c == '\t' { c } else { ' ' })
        .collect();
    out.push_str(&format!("    {blanks}{}\n", "^".repeat(width as usize)));
}

fn last_line(cx: &mut Cx, value: &Value) -> String {
    let class = value.type_of();
    let mut name = class.full_name().into_owned();
    for module in ["builtins.", "__main__."] {
        if let Some(short) = name.strip_prefix(module) {
            name = short.to_owned();
        }
    }
    let text = if value.is_instance(&taipan_object::exc::SYNTAX_ERROR) {
        let e = value.cast::<Exception>();
        let message = e.and_then(|e| e.get(cx).extra.first().cloned().flatten());
        match message {
            Some(message) => ops::str_of(cx, &message),
            None => Ok(cx.new_str("<no detail available>")),
        }
    } else {
        ops::str_of(cx, value)
    };
    match text {
        Ok(text) if text.is_empty() => name,
        Ok(text) => format!("{name}: {}", text.to_string_lossy()),
        Err(raised) => {
            drop(cx.take_raised(raised));
            format!("{name}: <exception str() failed>")
        }
    }
}

fn notes(cx: &mut Cx, out: &mut String, value: &Value) {
    let notes = match ops::getattr_opt(cx, value, &taipan_object::names::__notes__) {
        Ok(Some(notes)) => ops::collect(cx, &notes),
        Ok(None) => return,
        Err(raised) => Err(raised),
    };
    match notes {
        Ok(notes) => {
            for note in notes {
                match ops::str_of(cx, &note) {
                    Ok(text) => out.push_str(&format!("{}\n", text.to_string_lossy())),
                    Err(raised) => drop(cx.take_raised(raised)),
                }
            }
        }
        Err(raised) => drop(cx.take_raised(raised)),
    }
}
