//! The checked-in tables of what does not pass: `conformance/tables/MODULE.toml`, one line `"test" = "reason"` each.

use crate::places;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::{fs, io};

fn path(module: &str) -> PathBuf {
    places::root().join("conformance/tables").join(format!("{module}.toml"))
}

/// Writes a module's table, or removes it where everything passes.
pub fn write(module: &str, wanted: usize, missing: &[(String, String)]) -> io::Result<()> {
    let path = path(module);
    if missing.is_empty() {
        return match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    let mut text = format!("# test.{module}: {} of {wanted} pass.\n", wanted - missing.len());
    for (name, reason) in missing {
        text += &format!("{} = {}\n", quote(name), quote(reason));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

/// Prints how a module's results differ from its table; how many do.
pub fn differences(module: &str, missing: &[(String, String)]) -> io::Result<usize> {
    let known = read(module)?;
    let mut count = 0;
    for (name, reason) in missing.iter().filter(|(name, _)| !known.contains_key(name)) {
        println!("{module}: {name} does not pass any more: {reason}");
        count += 1;
    }
    let missing: BTreeMap<&str, &str> =
        missing.iter().map(|(name, reason)| (name.as_str(), reason.as_str())).collect();
    for name in known.keys().filter(|name| !missing.contains_key(name.as_str())) {
        println!("{module}: {name} passes now: take it out of the table (--update)");
        count += 1;
    }
    Ok(count)
}

fn read(module: &str) -> io::Result<BTreeMap<String, String>> {
    let text = match fs::read_to_string(path(module)) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(error) => return Err(error),
    };
    let mut table = BTreeMap::new();
    for line in text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty()) {
        let entry = unquote(line).and_then(|(name, rest)| {
            let (reason, _) = unquote(rest.trim_start().strip_prefix('=')?.trim_start())?;
            Some((name, reason))
        });
        match entry {
            Some((name, reason)) => table.insert(name, reason),
            None => {
                return Err(io::Error::other(format!("{}: not an entry: {line}", path(module).display())));
            }
        };
    }
    Ok(table)
}

/// A TOML basic string.
fn quote(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted += "\\n",
            '\t' => quoted += "\\t",
            character if character.is_control() => quoted += &format!("\\u{:04X}", u32::from(character)),
            character => quoted.push(character),
        }
    }
    quoted + "\""
}

/// The string that the text begins with, and what follows.
fn unquote(text: &str) -> Option<(String, &str)> {
    let rest = text.strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = rest.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, &rest[at + 1..])),
            '\\' => match characters.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'u' => {
                    let mut number = 0;
                    for _ in 0..4 {
                        number = number * 16 + characters.next()?.1.to_digit(16)?;
                    }
                    value.push(char::from_u32(number)?);
                }
                other => value.push(other),
            },
            character => value.push(character),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_are_quoted_and_read_back() {
        for text in ["", "plain", "a \"b\" \\n \n\t\u{1}é"] {
            assert_eq!(unquote(&(quote(text) + " = x")), Some((text.to_owned(), " = x")));
        }
        assert_eq!(unquote("\"open"), None);
    }
}
