//! `io.open`, `io.open_code` and `io.text_encoding`.

use taipan_macros::native;
use taipan_object::exc;
use taipan_object::{Cx, R, Value, ops};

use super::buffered::{BUFFERED_RANDOM, BUFFERED_READER, BUFFERED_WRITER};
use super::fileio::{FILE_IO, FileIo, open_file};
use super::textio::TEXT_IO_WRAPPER;
use super::{DEFAULT_BUFFER_SIZE, call};
use crate::support::fspath;

/// What the mode of `open` asks for.
#[derive(Default)]
struct Mode {
    creating: bool,
    reading: bool,
    writing: bool,
    appending: bool,
    updating: bool,
    text: bool,
    binary: bool,
}

fn parse(cx: &mut Cx, mode: &str) -> R<Mode> {
    let mut parsed = Mode::default();
    for (i, c) in mode.char_indices() {
        let place = match c {
            'x' => &mut parsed.creating,
            'r' => &mut parsed.reading,
            'w' => &mut parsed.writing,
            'a' => &mut parsed.appending,
            '+' => &mut parsed.updating,
            't' => &mut parsed.text,
            'b' => &mut parsed.binary,
            _ => return Err(cx.value_error(format!("invalid mode: '{mode}'"))),
        };
        *place = true;
        if mode[i + c.len_utf8()..].contains(c) {
            return Err(cx.value_error(format!("invalid mode: '{mode}'")));
        }
    }
    if parsed.text && parsed.binary {
        return Err(cx.value_error("can't have text and binary mode at once"));
    }
    let kinds = [parsed.creating, parsed.reading, parsed.writing, parsed.appending];
    if kinds.iter().filter(|k| **k).count() != 1 {
        return Err(cx.value_error("must have exactly one of create/read/write/append mode"));
    }
    Ok(parsed)
}

fn text_or_none(cx: &mut Cx, value: Option<&Value>, name: &str) -> R<Option<Value>> {
    match value.filter(|v| !v.is_none()) {
        None => Ok(None),
        Some(v) if v.as_str().is_some() => Ok(Some(v.clone())),
        Some(v) => {
            let kind = v.type_name(cx).into_owned();
            Err(cx.type_error(format!("open() argument '{name}' must be str or None, not {kind}")))
        }
    }
}

/// Open file and return a stream.  Raise OSError upon failure.
///
/// file is either a text or byte string giving the name (and the path
/// if the file isn't in the current working directory) of the file to
/// be opened or an integer file descriptor of the file to be
/// wrapped. (If a file descriptor is given, it is closed when the
/// returned I/O object is closed, unless closefd is set to False.)
///
/// mode is an optional string that specifies the mode in which the file
/// is opened. It defaults to 'r' which means open for reading in text
/// mode.  Other common values are 'w' for writing (truncating the file if
/// it already exists), 'x' for creating and writing to a new file, and
/// 'a' for appending (which on some Unix systems, means that all writes
/// append to the end of the file regardless of the current seek position).
#[native(
    "open(file, mode='r', buffering=-1, encoding=None, errors=None, newline=None, closefd=True, opener=None)"
)]
pub fn open(
    cx: &mut Cx,
    file: &Value,
    mode: Option<&Value>,
    buffering: Option<i32>,
    encoding: Option<&Value>,
    errors: Option<&Value>,
    newline: Option<&Value>,
    closefd: bool,
    opener: Option<&Value>,
) -> R {
    let mode = match mode.map(|m| (m.as_str(), m)) {
        None => "r".to_owned(),
        Some((Some(text), _)) => text.to_string_lossy().into_owned(),
        Some((None, other)) => {
            let kind = other.type_name(cx).into_owned();
            return Err(cx.type_error(format!("open() argument 'mode' must be str, not {kind}")));
        }
    };
    let encoding = text_or_none(cx, encoding, "encoding")?;
    let errors = text_or_none(cx, errors, "errors")?;
    let newline = text_or_none(cx, newline, "newline")?;
    let is_number = file.as_int().is_some() || file.ty(cx).slots().index.is_some();
    let file = if is_number { file.clone() } else { fspath(cx, file)? };
    let buffering = buffering.unwrap_or(-1);
    let parsed = parse(cx, &mode)?;
    if parsed.binary {
        for (given, what) in [(&encoding, "an encoding"), (&errors, "an errors"), (&newline, "a newline")] {
            if given.is_some() {
                return Err(cx.value_error(format!("binary mode doesn't take {what} argument")));
            }
        }
        if buffering == 1 {
            let warn = cx.interp().runtime.warn;
            warn(
                cx,
                &exc::RUNTIME_WARNING,
                "line buffering (buffering=1) isn't supported in binary mode, the default buffer size will be used",
                1,
            )?;
        }
    }
    let raw_mode: String = [
        (parsed.creating, 'x'),
        (parsed.reading, 'r'),
        (parsed.writing, 'w'),
        (parsed.appending, 'a'),
        (parsed.updating, '+'),
    ]
    .iter()
    .filter(|(on, _)| *on)
    .map(|(_, c)| *c)
    .collect();
    let raw = cx.new_instance(&FILE_IO, FileIo::default()).into_value();
    if let Some(raw) = raw.cast::<FileIo>() {
        open_file(cx, raw, &file, &raw_mode, closefd, opener.filter(|o| !o.is_none()))?;
    }
    let wrapped = wrap(cx, &raw, &parsed, &mode, buffering, encoding, errors, newline);
    match wrapped {
        Ok(stream) => Ok(stream),
        Err((raised, outermost)) => {
            let first = Err(raised);
            let closed = super::both(cx, first, |cx| call(cx, &outermost, "close", &[]).map(drop));
            match closed {
                Err(raised) => Err(raised),
                Ok(()) => Ok(Value::none()),
            }
        }
    }
}

/// Puts buffer and text layer over the raw stream; on failure also the outermost stream, which is to be closed.
fn wrap(
    cx: &mut Cx,
    raw: &Value,
    parsed: &Mode,
    mode: &str,
    buffering: i32,
    encoding: Option<Value>,
    errors: Option<Value>,
    newline: Option<Value>,
) -> Result<Value, (taipan_object::Raised, Value)> {
    let at_raw = |raised| (raised, raw.clone());
    let mut buffering = i64::from(buffering);
    let mut line_buffering = buffering == 1 && !parsed.binary;
    if buffering < 0 || line_buffering || buffering == 1 {
        if buffering < 0 {
            let terminal = call(cx, raw, "_isatty_open_only", &[]).map_err(at_raw)?;
            line_buffering = ops::truth(cx, &terminal).map_err(at_raw)?;
        }
        let block = raw.cast::<FileIo>().map_or(0, |f| f.get(cx).block_size);
        buffering = block.min(8 << 20).max(DEFAULT_BUFFER_SIZE as i64);
    }
    if buffering == 0 {
        if !parsed.binary {
            return Err(at_raw(cx.value_error("can't have unbuffered text I/O")));
        }
        return Ok(raw.clone());
    }
    let class = if parsed.updating {
        &BUFFERED_RANDOM
    } else if parsed.creating || parsed.writing || parsed.appending {
        &BUFFERED_WRITER
    } else {
        &BUFFERED_READER
    };
    let size = cx.int(buffering);
    let buffered = ops::call(cx, &class.to_value(), &[raw.clone(), size]).map_err(at_raw)?;
    if parsed.binary {
        return Ok(buffered);
    }
    let at_buffer = |raised| (raised, buffered.clone());
    let none = Value::none();
    let arguments = [
        buffered.clone(),
        encoding.unwrap_or_else(|| none.clone()),
        errors.unwrap_or_else(|| none.clone()),
        newline.unwrap_or(none),
        Value::bool(line_buffering),
    ];
    let text = ops::call(cx, &TEXT_IO_WRAPPER.to_value(), &arguments).map_err(at_buffer)?;
    let at_text = |raised| (raised, text.clone());
    let key = cx.intern("mode");
    let mode = cx.str(mode);
    ops::setattr(cx, &text, &key, &mode).map_err(at_text)?;
    Ok(text)
}

/// Opens the provided file with the intent to import the contents.
///
/// This may perform extra validation beyond open(), but is otherwise interchangeable
/// with calling open(path, 'rb').
#[native("open_code(path)")]
pub fn open_code(cx: &mut Cx, path: &Value) -> R {
    if path.as_str().is_none() {
        let message = format!("open_code() argument 'path' must be str, not {}", path.type_name(cx));
        return Err(cx.type_error(message));
    }
    let mode = cx.str("rb");
    open(cx, path, Some(&mode), None, None, None, None, true, None)
}

/// A helper function to choose the text encoding.
///
/// When encoding is not None, this function returns it.
/// Otherwise, this function returns the default text encoding
/// (i.e. "locale" or "utf-8" depends on UTF-8 mode).
///
/// This function emits an EncodingWarning if encoding is None and
/// sys.flags.warn_default_encoding is true.
///
/// This can be used in APIs with an encoding=None parameter.
/// However, please consider using encoding="utf-8" for new APIs.
#[native("text_encoding(encoding, stacklevel=2, /)")]
pub fn text_encoding(cx: &mut Cx, encoding: &Value, stacklevel: Option<i64>) -> R {
    if !encoding.is_none() {
        return Ok(encoding.clone());
    }
    let settings = taipan_vm::runtime::settings(cx);
    if settings.warn_default_encoding {
        let warn = cx.interp().runtime.warn;
        warn(cx, &exc::ENCODING_WARNING, "'encoding' argument not specified", stacklevel.unwrap_or(2))?;
    }
    let name = if settings.utf8_mode { "utf-8" } else { "locale" };
    Ok(cx.intern(name).into_value())
}
