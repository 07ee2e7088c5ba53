//! What became of `.pyc` files, from the calls that the import system made for them.
//!
//! importlib opens the cache of a module, and where that fails or the file does not fit its source it writes a new one beside it
//! and renames that. So the calls of one path tell the story.

use crate::model::{Cache, Call};

/// The number that CPython 3.14's code objects begin with.
const MAGIC: u32 = 3627;

/// A row for each `.pyc` file that was looked for.
pub(crate) fn caches(calls: &[Call]) -> Vec<Cache> {
    let mut rows: Vec<Cache> = Vec::new();
    for call in calls {
        let mut words = call.subject.split(", ");
        let path = words.next().unwrap_or_default();
        match call.name.as_str() {
            "open" if path.ends_with(".pyc") => {
                let found = call.result.parse::<i32>().is_ok();
                let row = Cache {
                    path: path.to_owned(),
                    source: source_of(path),
                    magic: MAGIC,
                    validation: "time and size of the source".to_owned(),
                    outcome: if found { "used" } else { "absent" }.to_owned(),
                    why: if found { "it fits its source" } else { "there was none" }.to_owned(),
                };
                if !rows.iter().any(|other| other.path == path) {
                    rows.push(row);
                }
            }
            "rename" => {
                let written = words.next().unwrap_or_default();
                if let Some(row) = rows.iter_mut().find(|row| row.path == written) {
                    row.why = match row.outcome.as_str() {
                        "absent" => "there was none, so the module was compiled and written for the next run",
                        _ => "the file did not fit its source: the source has changed since, so it was written anew",
                    }
                    .to_owned();
                    row.outcome = if row.outcome == "absent" { "written" } else { "refused" }.to_owned();
                }
            }
            _ => {}
        }
    }
    rows
}

/// `dir/__pycache__/name.tag.pyc` belongs to `dir/name.py`.
fn source_of(path: &str) -> String {
    let Some((folder, file)) = path.rsplit_once("/__pycache__/") else { return path.replace(".pyc", ".py") };
    format!("{folder}/{}.py", file.split('.').next().unwrap_or(file))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(name: &str, subject: &str, result: &str) -> Call {
        Call {
            name: name.to_owned(),
            subject: subject.to_owned(),
            result: result.to_owned(),
            ..Call::default()
        }
    }

    #[test]
    fn calls_tell_what_became_of_a_cache() {
        let calls = [
            call("open", "a/__pycache__/m.taipan-314.pyc, 0", "3"),
            call("open", "a/__pycache__/n.taipan-314.pyc, 0", "[Errno 2] No such file or directory"),
            call("rename", "a/__pycache__/n.taipan-314.pyc.1, a/__pycache__/n.taipan-314.pyc", "done"),
        ];
        let rows: Vec<(String, String)> =
            caches(&calls).into_iter().map(|row| (row.source, row.outcome)).collect();
        assert_eq!(
            rows,
            [("a/m.py".to_owned(), "used".to_owned()), ("a/n.py".to_owned(), "written".to_owned())]
        );
    }
}
