//! `_stat`: file types and permissions, as `stat` shows them.

use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Value, int};
use taipan_types::module::{ModuleDef, set};

const S_IFMT: i64 = 0o170_000;

/// A mode argument: a whole number that a `mode_t` holds.
fn mode(cx: &mut Cx, value: &Value) -> R<i64> {
    if value.as_int().is_none() {
        let message = format!("'{}' object cannot be interpreted as an integer", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    let number = int::index(cx, value)?;
    match number.as_int().and_then(|i| i.to_i64()) {
        Some(mode @ 0..=0xFFFF_FFFF) => Ok(mode),
        Some(mode) if mode < 0 => Err(cx.overflow_error("can't convert negative value to unsigned int")),
        Some(_) => Err(cx.overflow_error("mode out of range")),
        None => Err(cx.overflow_error("Python int too large to convert to C unsigned long")),
    }
}

/// S_ISDIR(mode) -> bool
///
/// Return True if mode is from a directory.
#[native("S_ISDIR(mode, /)", no_signature)]
fn s_isdir(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o040_000)
}

/// S_ISCHR(mode) -> bool
///
/// Return True if mode is from a character special device file.
#[native("S_ISCHR(mode, /)", no_signature)]
fn s_ischr(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o020_000)
}

/// S_ISBLK(mode) -> bool
///
/// Return True if mode is from a block special device file.
#[native("S_ISBLK(mode, /)", no_signature)]
fn s_isblk(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o060_000)
}

/// S_ISREG(mode) -> bool
///
/// Return True if mode is from a regular file.
#[native("S_ISREG(mode, /)", no_signature)]
fn s_isreg(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o100_000)
}

/// S_ISFIFO(mode) -> bool
///
/// Return True if mode is from a FIFO (named pipe).
#[native("S_ISFIFO(mode, /)", no_signature)]
fn s_isfifo(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o010_000)
}

/// S_ISLNK(mode) -> bool
///
/// Return True if mode is from a symbolic link.
#[native("S_ISLNK(mode, /)", no_signature)]
fn s_islnk(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o120_000)
}

/// S_ISSOCK(mode) -> bool
///
/// Return True if mode is from a socket.
#[native("S_ISSOCK(mode, /)", no_signature)]
fn s_issock(cx: &mut Cx, value: &Value) -> R<bool> {
    Ok(mode(cx, value)? & S_IFMT == 0o140_000)
}

/// S_ISDOOR(mode) -> bool
///
/// Return True if mode is from a door.
#[native("S_ISDOOR(mode, /)", no_signature)]
fn s_isdoor(cx: &mut Cx, value: &Value) -> R<bool> {
    mode(cx, value).map(|_| false)
}

/// S_ISPORT(mode) -> bool
///
/// Return True if mode is from an event port.
#[native("S_ISPORT(mode, /)", no_signature)]
fn s_isport(cx: &mut Cx, value: &Value) -> R<bool> {
    mode(cx, value).map(|_| false)
}

/// S_ISWHT(mode) -> bool
///
/// Return True if mode is from a whiteout.
#[native("S_ISWHT(mode, /)", no_signature)]
fn s_iswht(cx: &mut Cx, value: &Value) -> R<bool> {
    mode(cx, value).map(|_| false)
}

/// Return the portion of the file's mode that can be set by os.chmod().
#[native("S_IMODE(mode, /)", no_signature)]
fn s_imode(cx: &mut Cx, value: &Value) -> R<i64> {
    Ok(mode(cx, value)? & 0o7777)
}

/// Return the portion of the file's mode that describes the file type.
#[native("S_IFMT(mode, /)", no_signature)]
fn s_ifmt(cx: &mut Cx, value: &Value) -> R<i64> {
    Ok(mode(cx, value)? & S_IFMT)
}

/// Convert a file's mode to a string of the form '-rwxrwxrwx'
#[native("filemode(mode, /)", no_signature)]
fn filemode(cx: &mut Cx, value: &Value) -> R<String> {
    let mode = mode(cx, value)?;
    let kind = match mode & S_IFMT {
        0o100_000 => '-',
        0o040_000 => 'd',
        0o120_000 => 'l',
        0o060_000 => 'b',
        0o020_000 => 'c',
        0o010_000 => 'p',
        0o140_000 => 's',
        _ => '?',
    };
    let mut text = String::from(kind);
    for (shift, special, with, without) in
        [(6, 0o4000, 's', 'S'), (3, 0o2000, 's', 'S'), (0, 0o1000, 't', 'T')]
    {
        let bits = mode >> shift;
        text.push(if bits & 4 != 0 { 'r' } else { '-' });
        text.push(if bits & 2 != 0 { 'w' } else { '-' });
        text.push(match (bits & 1 != 0, mode & special != 0) {
            (true, true) => with,
            (false, true) => without,
            (true, false) => 'x',
            (false, false) => '-',
        });
    }
    Ok(text)
}

/// The constants, as CPython has them on every system.
static CONSTANTS: &[(&str, i64)] = &[
    ("SF_APPEND", 262144),
    ("SF_ARCHIVED", 65536),
    ("SF_DATALESS", 1073741824),
    ("SF_FIRMLINK", 8388608),
    ("SF_IMMUTABLE", 131072),
    ("SF_NOUNLINK", 1048576),
    ("SF_SETTABLE", 4294901760),
    ("SF_SNAPSHOT", 2097152),
    ("ST_ATIME", 7),
    ("ST_CTIME", 9),
    ("ST_DEV", 2),
    ("ST_GID", 5),
    ("ST_INO", 1),
    ("ST_MODE", 0),
    ("ST_MTIME", 8),
    ("ST_NLINK", 3),
    ("ST_SIZE", 6),
    ("ST_UID", 4),
    ("S_ENFMT", 1024),
    ("S_IEXEC", 64),
    ("S_IFBLK", 24576),
    ("S_IFCHR", 8192),
    ("S_IFDIR", 16384),
    ("S_IFDOOR", 0),
    ("S_IFIFO", 4096),
    ("S_IFLNK", 40960),
    ("S_IFPORT", 0),
    ("S_IFREG", 32768),
    ("S_IFSOCK", 49152),
    ("S_IFWHT", 0),
    ("S_IREAD", 256),
    ("S_IRGRP", 32),
    ("S_IROTH", 4),
    ("S_IRUSR", 256),
    ("S_IRWXG", 56),
    ("S_IRWXO", 7),
    ("S_IRWXU", 448),
    ("S_ISGID", 1024),
    ("S_ISUID", 2048),
    ("S_ISVTX", 512),
    ("S_IWGRP", 16),
    ("S_IWOTH", 2),
    ("S_IWRITE", 128),
    ("S_IWUSR", 128),
    ("S_IXGRP", 8),
    ("S_IXOTH", 1),
    ("S_IXUSR", 64),
    ("UF_APPEND", 4),
    ("UF_COMPRESSED", 32),
    ("UF_DATAVAULT", 128),
    ("UF_HIDDEN", 32768),
    ("UF_IMMUTABLE", 2),
    ("UF_NODUMP", 1),
    ("UF_NOUNLINK", 16),
    ("UF_OPAQUE", 8),
    ("UF_SETTABLE", 65535),
    ("UF_TRACKED", 64),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for &(name, number) in CONSTANTS {
        let number = cx.int(number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "_stat",
    doc: Some("S_IFMT_: file type bits\n"),
    functions: natives![
        s_isdir, s_ischr, s_isblk, s_isreg, s_isfifo, s_islnk, s_issock, s_isdoor, s_isport, s_iswht,
        s_imode, s_ifmt, filemode
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
