//! The reference's side: which files there are, and what it makes of them.

use std::collections::hash_map::DefaultHasher;
use std::fmt;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use taipan_bytecode::{CodeObject, marshal};

const SCRIPT: &str = include_str!("oracle.py");

/// The reference's output for one source file.
pub struct Reference {
    pub source: PathBuf,
    output: PathBuf,
}

/// The error with which the reference refuses a file.
pub struct RefusedWith {
    pub kind: String,
    pub message: String,
    pub position: Vec<String>,
}

impl RefusedWith {
    /// Type and message, as the last line of a traceback.
    pub fn headline(&self) -> String {
        format!("{}: {}", self.kind, self.message)
    }
}

impl fmt::Display for RefusedWith {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}", self.headline(), self.position.join(":"))
    }
}

impl Reference {
    /// The code object, or the error with which the reference refused the file; `Err` if the output is unreadable.
    pub fn load(&self) -> Result<Result<CodeObject, RefusedWith>, String> {
        let data = fs::read(&self.output).map_err(|e| format!("{}: {e}", self.output.display()))?;
        match data.split_first() {
            Some((b'C', body)) => marshal::loads_code(body).map(Ok).map_err(|e| format!("marshal: {e}")),
            Some((_, body)) => {
                let text = String::from_utf8_lossy(body).into_owned();
                let mut parts = text.lines().map(str::to_owned);
                Ok(Err(RefusedWith {
                    kind: parts.next().unwrap_or_default(),
                    message: parts.next().unwrap_or_default(),
                    position: parts.collect(),
                }))
            }
            None => Err(format!("{}: empty", self.output.display())),
        }
    }
}

/// The files to compare: those named, or the standard library with its tests (where `patterns` are parts of paths).
pub fn files(python: &str, patterns: &[String]) -> Result<Vec<PathBuf>, String> {
    let mut files = Vec::new();
    let mut parts = Vec::new();
    for pattern in patterns {
        let path = Path::new(pattern);
        if path.is_file() {
            files.push(path.canonicalize().map_err(|e| format!("{pattern}: {e}"))?);
        } else {
            parts.push(pattern.as_str());
        }
    }
    if !files.is_empty() && parts.is_empty() {
        return Ok(files);
    }
    let output = Command::new(python)
        .args(["-c", "import os; print(os.path.dirname(os.__file__))"])
        .output()
        .map_err(|e| format!("{python}: {e}"))?;
    let library = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    walk(&library, &mut |path| {
        let text = path.to_string_lossy();
        if parts.is_empty() || parts.iter().any(|p| text.contains(p)) {
            files.push(path.to_owned());
        }
    });
    files.sort();
    Ok(files)
}

fn walk(folder: &Path, found: &mut dyn FnMut(&Path)) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let skipped =
            matches!(entry.file_name().to_str(), Some("site-packages" | "dist-packages" | "__pycache__"));
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && !skipped => walk(&path, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|e| e == "py") => found(&path),
            _ => {}
        }
    }
}

fn output_of(cache: &Path, python: &str, source: &Path, optimize: u8) -> PathBuf {
    let mut hasher = DefaultHasher::new();
    (python, source, SCRIPT, optimize).hash(&mut hasher);
    if let Ok(meta) = fs::metadata(source) {
        meta.len().hash(&mut hasher);
        meta.modified().ok().hash(&mut hasher);
    }
    cache.join(format!("{:016x}", hasher.finish()))
}

/// Has the reference compile what is not in the cache.
pub fn references(
    python: &str,
    cache: &Path,
    files: &[PathBuf],
    optimize: u8,
    threads: usize,
) -> Result<Vec<Reference>, String> {
    fs::create_dir_all(cache).map_err(|e| format!("{}: {e}", cache.display()))?;
    let list: Vec<Reference> = files
        .iter()
        .map(|source| Reference {
            source: source.clone(),
            output: output_of(cache, python, source, optimize),
        })
        .collect();
    let missing: Vec<&Reference> = list.iter().filter(|r| !r.output.exists()).collect();
    if !missing.is_empty() {
        eprintln!("the reference compiles {} files", missing.len());
    }
    let mut children = Vec::new();
    for chunk in missing.chunks(missing.len().div_ceil(threads).max(1)) {
        let mut child = Command::new(python)
            .args(["-X", "utf8", "-c", SCRIPT, &optimize.to_string()])
            .stdin(Stdio::piped())
            .spawn()
            .map_err(|e| format!("{python}: {e}"))?;
        let rows: String =
            chunk.iter().map(|r| format!("{}\t{}\n", r.output.display(), r.source.display())).collect();
        if let Some(mut input) = child.stdin.take() {
            input.write_all(rows.as_bytes()).map_err(|e| e.to_string())?;
        }
        children.push(child);
    }
    for mut child in children {
        let status = child.wait().map_err(|e| e.to_string())?;
        if !status.success() {
            return Err(format!("the reference failed: {status}"));
        }
    }
    Ok(list)
}
