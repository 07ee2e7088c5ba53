//! What several native modules share: blocking host calls, OSErrors, file-system text, paths.

use taipan_host::{Host, HostError, HostHandle};
use taipan_object::exc;
use taipan_object::{Args, Cx, Obj, R, Raised, Str, Value, attr, names, ops};
use taipan_types::exceptions::os_error;

/// Runs a call that may block. The one place where natives of this crate let other threads run.
pub fn blocking<T>(cx: &mut Cx, call: impl FnOnce() -> T) -> T {
    taipan_vm::gil::allow_threads(cx, call)
}

/// The interpreter's host.
pub fn host(cx: &mut Cx) -> HostHandle {
    taipan_vm::runtime::host(cx)
}

/// A host call that goes on after a signal (PEP 475): the handlers run first, and what they raise ends it. The inner result
/// is the call's own, for those who treat some failures apart.
pub fn attempt<T>(
    cx: &mut Cx,
    mut call: impl FnMut(&dyn Host) -> taipan_host::Result<T>,
) -> R<taipan_host::Result<T>> {
    let host = host(cx);
    loop {
        match blocking(cx, || call(&*host)) {
            Err(error) if error.is_interrupted() => cx.handle_breaker()?,
            result => return Ok(result),
        }
    }
}

/// As [`attempt`], with failures raised as OSError.
pub fn sys<T>(cx: &mut Cx, call: impl FnMut(&dyn Host) -> taipan_host::Result<T>) -> R<T> {
    match attempt(cx, call)? {
        Ok(value) => Ok(value),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// Raises the OSError of a host's failure, with up to two file names.
#[cold]
pub fn raise_os(cx: &mut Cx, error: HostError, name: Option<&Value>, second: Option<&Value>) -> Raised {
    os_error(cx, error.errno.into(), &error.message(), name, second)
}

/// Text for bytes of the system: UTF-8, other bytes as lone surrogates (PEP 383).
pub fn fs_decode(cx: &Cx, bytes: &[u8]) -> Value {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return cx.str(text);
    }
    let mut points = Vec::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        points.extend(chunk.valid().chars().map(u32::from));
        points.extend(chunk.invalid().iter().map(|&b| 0xDC00 + u32::from(b)));
    }
    cx.str_from_code_points(&points).into_value()
}

/// The system's bytes of a text, as [`fs_decode`] made it. UnicodeEncodeError for other lone surrogates.
pub fn fs_encode(cx: &mut Cx, text: &Obj<Str>) -> R<Vec<u8>> {
    if let Some(ascii) = text.as_ascii() {
        return Ok(ascii.as_bytes().to_vec());
    }
    let mut out = Vec::with_capacity(text.len() * 2);
    for (i, c) in text.chars().enumerate() {
        match char::from_u32(c) {
            Some(c) => out.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            None if (0xDC80..0xDD00).contains(&c) => out.push((c - 0xDC00) as u8),
            None => {
                return Err(exc::raise_encode(cx, "utf-8", text, i, i + 1, "surrogates not allowed"));
            }
        }
    }
    Ok(out)
}

/// `os.fspath`: str and bytes as they are, else what `__fspath__` gives.
pub fn fspath(cx: &mut Cx, path: &Value) -> R {
    if path.as_str().is_some() || path.as_bytes().is_some() {
        return Ok(path.clone());
    }
    let Some(method) = attr::lookup_special(cx, path, &names::__fspath__)? else {
        let message = format!("expected str, bytes or os.PathLike object, not {}", path.type_name(cx));
        return Err(cx.type_error(message));
    };
    let result = ops::call(cx, &method, &[])?;
    if result.as_str().is_none() && result.as_bytes().is_none() {
        let message = format!(
            "expected {}.__fspath__() to return str or bytes, not {}",
            path.type_name(cx),
            result.type_name(cx)
        );
        return Err(cx.type_error(message));
    }
    Ok(result)
}

/// The bytes of a path that is text or bytes already; ValueError for a NUL inside.
pub fn path_bytes(cx: &mut Cx, path: &Value) -> R<Vec<u8>> {
    let bytes = match (path.as_str(), path.as_bytes()) {
        (Some(text), _) => fs_encode(cx, text)?,
        (_, Some(bytes)) => bytes.as_slice().to_vec(),
        _ => return Err(cx.type_error("path should be string or bytes")),
    };
    if bytes.contains(&0) {
        return Err(cx.value_error("embedded null byte"));
    }
    Ok(bytes)
}

/// Raises the audit event (PEP 578).
pub fn audit(cx: &mut Cx, event: &str, args: &[Value]) -> R<()> {
    let raise = cx.interp().runtime.audit;
    raise(cx, event, args)
}

/// The descriptor of a file: an int, or what its `fileno()` gives.
pub fn descriptor(cx: &mut Cx, file: &Value) -> R<i32> {
    let number = if file.as_int().is_some() {
        if file.as_bool().is_some() {
            let warn = cx.interp().runtime.warn;
            warn(cx, &exc::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
        }
        file.clone()
    } else {
        let name = cx.intern("fileno");
        let Some(method) = ops::getattr_opt(cx, file, &name)? else {
            return Err(cx.type_error("argument must be an int, or have a fileno() method."));
        };
        let number = ops::call(cx, &method, &[])?;
        if number.as_int().is_none() {
            return Err(cx.type_error("fileno() returned a non-integer"));
        }
        number
    };
    let fd = number.as_int().and_then(|i| i.to_i64()).and_then(|i| i32::try_from(i).ok());
    match fd {
        Some(fd) if fd >= 0 => Ok(fd),
        Some(fd) => Err(cx.value_error(format!("file descriptor cannot be a negative integer ({fd})"))),
        None => Err(cx.overflow_error("Python int too large to convert to C int")),
    }
}

/// The arguments of a function that takes `least` to `most` positional ones, with the messages of CPython's old parser:
/// `"gmtime() takes at most 1 argument (2 given)"`.
pub fn legacy_args<'a>(cx: &mut Cx, args: Args<'a>, name: &str, least: usize, most: usize) -> R<&'a [Value]> {
    if args.has_keywords() {
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    let given = args.pos().len();
    if (least..=most).contains(&given) {
        return Ok(args.pos());
    }
    let (bound, n) = match (given < least, least == most) {
        (_, true) => ("exactly", least),
        (true, false) => ("at least", least),
        (false, false) => ("at most", most),
    };
    let plural = if n == 1 { "" } else { "s" };
    Err(cx.type_error(format!("{name}() takes {bound} {n} argument{plural} ({given} given)")))
}

/// As [`legacy_args`], in the words of `PyArg_UnpackTuple`: `"asctime expected at most 1 argument, got 2"`.
pub fn unpack_args<'a>(cx: &mut Cx, args: Args<'a>, name: &str, least: usize, most: usize) -> R<&'a [Value]> {
    if args.has_keywords() {
        return Err(cx.type_error(format!("{name}() takes no keyword arguments")));
    }
    let given = args.pos().len();
    if (least..=most).contains(&given) {
        return Ok(args.pos());
    }
    let (bound, n) = match (given < least, least == most) {
        (_, true) => ("", least),
        (true, false) => ("at least ", least),
        (false, false) => ("at most ", most),
    };
    let plural = if n == 1 { "" } else { "s" };
    Err(cx.type_error(format!("{name} expected {bound}{n} argument{plural}, got {given}")))
}

/// Binds arguments as CPython's parser does for a function without a name: `names` in order, the first `required` of them
/// must be given, those from `positional` on only by keyword.
pub fn bind<'a, const N: usize>(
    cx: &mut Cx,
    args: Args<'a>,
    name: &str,
    names: [&'static str; N],
    required: usize,
    positional: usize,
) -> R<[Option<&'a Value>; N]> {
    let shown = if name.is_empty() { "function".to_owned() } else { format!("{name}()") };
    let given = args.values().len();
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    if given > N {
        return Err(cx.type_error(format!("{shown} takes at most {N} argument{} ({given} given)", plural(N))));
    }
    let pos = args.pos();
    if pos.len() > positional {
        let least = if required == positional { "exactly" } else { "at most" };
        let (n, s) = (pos.len(), plural(positional));
        return Err(
            cx.type_error(format!("{shown} takes {least} {positional} positional argument{s} ({n} given)"))
        );
    }
    let mut bound = [None; N];
    for (slot, value) in bound.iter_mut().zip(pos) {
        *slot = Some(value);
    }
    let mut unknown = None;
    for (key, value) in args.keywords() {
        match names.iter().position(|name| key.eq_str(name)) {
            Some(i) if i < pos.len() => {
                let message =
                    format!("argument for {shown} given by name ('{}') and position ({})", names[i], i + 1);
                return Err(cx.type_error(message));
            }
            Some(i) => bound[i] = Some(value),
            None => unknown = unknown.or(Some(key)),
        }
    }
    if let Some(i) = bound[..required].iter().position(Option::is_none) {
        return Err(cx.type_error(format!(
            "{shown} missing required argument '{}' (pos {})",
            names[i],
            i + 1
        )));
    }
    if let Some(key) = unknown {
        let shown = if name.is_empty() { "this function".to_owned() } else { shown };
        let key = key.to_string_lossy();
        return Err(cx.type_error(format!("{shown} got an unexpected keyword argument '{key}'")));
    }
    Ok(bound)
}
