//! Path, descriptor, user and time arguments of `posix` functions.

use taipan_host::HostError;
use taipan_host::files::{CURRENT_DIRECTORY, Fd, Target};
use taipan_object::{Cx, R, Raised, Value, attr, int, names, ops};

use crate::support::{attempt, fs_decode, fs_encode, raise_os};

/// A path, or an open file where the function takes one.
pub struct Path {
    /// As the program gave it: what OSErrors show.
    pub given: Value,
    pub bytes: Vec<u8>,
    /// Whether it was given as bytes, so that results are bytes.
    pub is_bytes: bool,
    pub fd: Option<Fd>,
}

impl Path {
    /// What the host is asked about.
    pub fn target(&self, from: Fd, follow: bool) -> Target<'_> {
        match self.fd {
            Some(fd) => Target::Descriptor(fd),
            None => Target::Path { path: &self.bytes, from, follow },
        }
    }

    /// A name from the host in the kind that the path was given in.
    pub fn name(&self, cx: &Cx, bytes: &[u8]) -> Value {
        if self.is_bytes { cx.bytes(bytes) } else { fs_decode(cx, bytes) }
    }
}

/// Binds a path argument. `what` is `"stat: path"`, which messages begin with.
pub fn path(cx: &mut Cx, what: &str, value: &Value) -> R<Path> {
    bind(cx, what, value, false, false)
}

/// As [`path`], or a descriptor.
pub fn path_or_fd(cx: &mut Cx, what: &str, value: &Value) -> R<Path> {
    bind(cx, what, value, true, false)
}

/// As [`path_or_fd`]; None or nothing is the working directory.
pub fn path_fd_none(cx: &mut Cx, what: &str, value: Option<&Value>) -> R<Path> {
    match value.filter(|v| !v.is_none()) {
        Some(value) => bind(cx, what, value, true, true),
        None => Ok(Path { given: cx.str("."), bytes: b".".to_vec(), is_bytes: false, fd: None }),
    }
}

fn bind(cx: &mut Cx, what: &str, value: &Value, takes_fd: bool, takes_none: bool) -> R<Path> {
    let text = if value.as_str().is_some() || value.as_bytes().is_some() {
        value.clone()
    } else if takes_fd && (value.as_int().is_some() || value.ty(cx).slots().index.is_some()) {
        let fd = c_int(cx, value)?;
        return Ok(Path { given: value.clone(), bytes: Vec::new(), is_bytes: false, fd: Some(fd) });
    } else {
        let kinds = match (takes_fd, takes_none) {
            (true, true) => "string, bytes, os.PathLike, integer or None",
            (true, false) => "string, bytes, os.PathLike or integer",
            (false, true) => "string, bytes, os.PathLike or None",
            (false, false) => "string, bytes or os.PathLike",
        };
        let found = attr::lookup_special(cx, value, &names::__fspath__)?;
        let Some(method) = found else {
            let message = format!("{what} should be {kinds}, not {}", value.type_name(cx));
            return Err(cx.type_error(message));
        };
        let result = ops::call(cx, &method, &[])?;
        if result.as_str().is_none() && result.as_bytes().is_none() {
            let message = format!(
                "expected {}.__fspath__() to return str or bytes, not {}",
                value.type_name(cx),
                result.type_name(cx)
            );
            return Err(cx.type_error(message));
        }
        result
    };
    let (bytes, is_bytes) = match (text.as_str(), text.as_bytes()) {
        (Some(text), _) => (fs_encode(cx, text)?, false),
        (_, Some(bytes)) => (bytes.as_slice().to_vec(), true),
        _ => (Vec::new(), false),
    };
    if bytes.contains(&0) {
        let (function, argument) = what.split_once(": ").unwrap_or((what, "path"));
        let kind = if is_bytes { "byte" } else { "character" };
        return Err(cx.value_error(format!("{function}: embedded null {kind} in {argument}")));
    }
    Ok(Path { given: text, bytes, is_bytes, fd: None })
}

/// An int that C's `int` holds.
pub fn c_int(cx: &mut Cx, value: &Value) -> R<i32> {
    let number = int::index(cx, value)?;
    match number.as_int().map(|i| (i.to_i64().map(i32::try_from), i.is_negative())) {
        Some((Some(Ok(fd)), _)) => Ok(fd),
        Some((_, true)) => Err(cx.overflow_error("fd is less than minimum")),
        _ => Err(cx.overflow_error("fd is greater than maximum")),
    }
}

/// `dir_fd=`: where a relative path begins.
pub fn dir_fd(cx: &mut Cx, value: Option<&Value>) -> R<Fd> {
    match value.filter(|v| !v.is_none()) {
        None => Ok(CURRENT_DIRECTORY),
        Some(v) if v.as_int().is_some() || v.ty(cx).slots().index.is_some() => c_int(cx, v),
        Some(v) => {
            let message = format!("argument should be integer or None, not {}", v.type_name(cx));
            Err(cx.type_error(message))
        }
    }
}

/// ValueError where a descriptor is combined with what only a path can have.
pub fn only_path(cx: &mut Cx, function: &str, path: &Path, from: Fd, follow: bool) -> R<()> {
    if path.fd.is_none() {
        return Ok(());
    }
    if from != CURRENT_DIRECTORY {
        return Err(cx.value_error(format!("{function}: can't specify both dir_fd and fd")));
    }
    if !follow {
        return Err(cx.value_error(format!("{function}: cannot use fd and follow_symlinks together")));
    }
    Ok(())
}

/// A host call about a path; failures name it.
pub fn on_path<T>(
    cx: &mut Cx,
    path: &Path,
    call: impl FnMut(&dyn taipan_host::Host) -> taipan_host::Result<T>,
) -> R<T> {
    match attempt(cx, call)? {
        Ok(value) => Ok(value),
        Err(error) => Err(path_error(cx, error, path)),
    }
}

#[cold]
pub fn path_error(cx: &mut Cx, error: HostError, path: &Path) -> Raised {
    raise_os(cx, error, Some(&path.given), None)
}

/// A user or group number; -1 is "none".
pub fn id_number(cx: &mut Cx, value: &Value, what: &str) -> R<u32> {
    if value.as_int().is_none() && value.ty(cx).slots().index.is_none() {
        let message = format!("{what} should be integer, not {}", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    let number = int::index(cx, value)?;
    match number.as_int().map(|i| (i.to_i64(), i.is_negative())) {
        Some((Some(-1), _)) => Ok(u32::MAX),
        Some((Some(n), _)) if (0..i64::from(u32::MAX)).contains(&n) => Ok(n as u32),
        Some((_, true)) => Err(cx.overflow_error(format!("{what} is less than minimum"))),
        _ => Err(cx.overflow_error(format!("{what} is greater than maximum"))),
    }
}
