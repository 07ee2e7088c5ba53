//! Damaged copies of source files, to compare what both compilers say of errors (and of programs nobody would write).

use std::fs;
use std::path::{Path, PathBuf};

/// Reproducible random numbers (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n.max(1) as u64) as usize
    }
}

/// Larger files are cut down to a piece of this many lines.
const LINES: usize = 60;

/// What is put in at a random place.
const PIECES: &[&str] = &[
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ":",
    ",",
    "=",
    "==",
    ":=",
    "->",
    "*",
    "**",
    "@",
    ".",
    "...",
    ";",
    "\\",
    "\n",
    "    ",
    "\t",
    "#",
    "'",
    "\"",
    "'''",
    "f'{",
    "}'",
    "rb''",
    "0x",
    "1_",
    "1e",
    "0777",
    "$",
    "?",
    "!",
    "é",
    " if ",
    " else ",
    " for x in y ",
    " in ",
    " not ",
    " is ",
    " and ",
    " lambda ",
    " yield ",
    " await ",
    "async ",
    "def ",
    "class ",
    "return ",
    "import ",
    "from ",
    "del ",
    "global x\n",
    "nonlocal x\n",
    "try:\n",
    "except:\n",
    "finally:\n",
    "except* E:\n",
    "with ",
    " as ",
    "raise ",
    "pass\n",
    "break\n",
    "continue\n",
    "match x:\n",
    "case ",
    "type ",
    "None",
    "True",
    "__debug__",
    "print ",
    "assert ",
    "while ",
    "elif x:\n",
    "else:\n",
];

/// Writes `count` damaged copies of pieces of the files into a folder and returns their paths.
pub fn mutants(files: &[PathBuf], count: usize, seed: u64, folder: &Path) -> Result<Vec<PathBuf>, String> {
    let folder = folder.join(format!("mutants-{seed}"));
    fs::create_dir_all(&folder).map_err(|e| format!("{}: {e}", folder.display()))?;
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut made = Vec::with_capacity(count);
    while made.len() < count {
        let Some(file) = files.get(random.below(files.len())) else { return Err("no files".to_owned()) };
        let Ok(text) = fs::read_to_string(file) else { continue };
        let damaged = damage(&piece(&text, &mut random), &mut random);
        let path = folder.join(format!("m{:06}.py", made.len()));
        if fs::read(&path).ok().as_deref() != Some(damaged.as_bytes()) {
            fs::write(&path, damaged).map_err(|e| format!("{}: {e}", path.display()))?;
        }
        made.push(path);
    }
    Ok(made)
}

/// A run of lines that begins at the left margin, so that most of it is well-formed.
fn piece(text: &str, random: &mut Random) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let starts: Vec<usize> =
        (0..lines.len()).filter(|i| lines[*i].starts_with(|c: char| c.is_alphabetic())).collect();
    let from = starts.get(random.below(starts.len())).copied().unwrap_or(0);
    let mut to = (from + LINES).min(lines.len());
    while to > from + 1 && lines.get(to).is_some_and(|l| l.starts_with([' ', ')', ']', '}'])) {
        to -= 1;
    }
    lines[from..to].concat()
}

fn place(text: &str, random: &mut Random) -> usize {
    let mut at = random.below(text.len() + 1);
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// The token-like run of characters at a place.
fn token(text: &str, at: usize) -> (usize, usize) {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let rest = &text[at..];
    let n = rest.find(|c| !word(c)).unwrap_or(rest.len());
    let n = if n == 0 { rest.chars().next().map_or(0, char::len_utf8) } else { n };
    (at, at + n)
}

fn damage(text: &str, random: &mut Random) -> String {
    let mut text = text.to_owned();
    for _ in 0..1 + random.below(2) {
        let at = place(&text, random);
        let (start, end) = token(&text, at);
        match random.below(5) {
            0 => text.replace_range(start..end, ""),
            1 => {
                let copy = text[start..end].to_owned();
                text.insert_str(end, &copy);
            }
            2 => {
                let other = place(&text, random);
                let (from, to) = token(&text, other);
                let copy = text[from..to].to_owned();
                text.replace_range(start..end, &copy);
            }
            3 => text.truncate(at),
            _ => text.insert_str(at, PIECES[random.below(PIECES.len())]),
        }
    }
    text
}
