//! Standard streams: a plain stream for the time before `io` (and where it is missing), and the real ones over `io`.

use taipan_macros::{Trace, native, natives};
use taipan_object::ty::{OBJECT, TYPE};
use taipan_object::{
    Cx, GetSetDef, NativeDef, Obj, Payload, R, Slots, Type, TypeDefs, Value, flags, names, ops,
};

use crate::runtime::{files, import, settings};

/// A stream that writes text straight to a descriptor, or reads lines from it.
#[derive(Trace)]
pub struct PlainStream {
    #[trace(skip)]
    fd: i32,
    #[trace(skip)]
    name: &'static str,
}

// SAFETY: the type cannot be subclassed; the payload holds no values.
unsafe impl Payload for PlainStream {
    const TYPE: &'static Obj<Type> = &PLAIN_STREAM;
}

/// The type of the plain streams.
pub static PLAIN_STREAM: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<PlainStream>("sys._PlainStream")
        .base(&OBJECT)
        .flags(flags::DISALLOW_INSTANTIATION)
        .with_slots(Slots { repr: Some(repr), ..Slots::EMPTY })
        .defs(&TypeDefs { methods: METHODS, getset: GETSET, ..TypeDefs::NONE }),
);

static METHODS: &[&NativeDef] = natives![write, flush, fileno, isatty, readline];

static GETSET: &[GetSetDef] = &[
    GetSetDef { name: "encoding", doc: None, get: Some(|cx, _| Ok(cx.str("utf-8"))), set: None },
    GetSetDef { name: "errors", doc: None, get: Some(|cx, _| Ok(cx.str("backslashreplace"))), set: None },
    GetSetDef { name: "closed", doc: None, get: Some(|_, _| Ok(Value::bool(false))), set: None },
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let name = this.cast::<PlainStream>().map_or("", |s| s.get(cx).name);
    Ok(cx.str(&format!("<plain stream {name}>")))
}

/// Writes a text.
#[native("_PlainStream.write($self, text, /)")]
fn write(cx: &mut Cx, this: &Obj<PlainStream>, text: &Value) -> R<usize> {
    let Some(text) = text.as_str() else {
        let message = format!("write() argument must be str, not {}", text.type_name(cx));
        return Err(cx.type_error(message));
    };
    let count = text.len();
    let bytes = crate::runtime::codecs::encode(cx, text, "utf-8", "backslashreplace")?;
    let host = settings::host(cx);
    let fd = this.get(cx).fd;
    if let Some(bytes) = bytes.as_bytes() {
        files::write_all(&host, fd, bytes.as_slice());
    }
    Ok(count)
}

/// Does nothing: the stream keeps nothing back.
#[native("_PlainStream.flush($self, /)")]
fn flush(_cx: &mut Cx, _this: &Obj<PlainStream>) {}

/// The descriptor.
#[native("_PlainStream.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Obj<PlainStream>) -> i64 {
    i64::from(this.get(cx).fd)
}

/// Whether the descriptor is a terminal.
#[native("_PlainStream.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Obj<PlainStream>) -> bool {
    let fd = this.get(cx).fd;
    settings::host(cx).isatty(fd)
}

/// Reads one line.
#[native("_PlainStream.readline($self, /)")]
fn readline(cx: &mut Cx, this: &Obj<PlainStream>) -> R {
    let fd = this.get(cx).fd;
    let host = settings::host(cx);
    let mut line = Vec::new();
    let mut byte = [0u8];
    loop {
        match host.read(fd, &mut byte) {
            Ok(0) => break,
            Ok(_) => {
                line.push(byte[0]);
                if byte[0] == b'\n' {
                    break;
                }
            }
            Err(error) if error.is_interrupted() => {}
            Err(error) => {
                let message = error.message();
                return Err(taipan_types::exceptions::os_error(
                    cx,
                    i64::from(error.errno),
                    &message,
                    None,
                    None,
                ));
            }
        }
    }
    crate::runtime::codecs::decode(cx, &line, "utf-8", "surrogateescape")
}

/// Plain streams as `sys.stdin`, `stdout` and `stderr`, until [`open`] replaces them.
pub fn plain(cx: &mut Cx) -> R<()> {
    for (fd, name) in [(0, "stdin"), (1, "stdout"), (2, "stderr")] {
        let stream = cx.new_object(PlainStream { fd, name }).into_value();
        super::set(cx, name, stream.clone())?;
        super::set(cx, &format!("__{name}__"), stream)?;
    }
    Ok(())
}

/// Encoding and error handler of the streams.
fn text_options(cx: &mut Cx, name: &str) -> (String, String) {
    let settings = settings::settings(cx);
    let text = |b: &Option<Vec<u8>>| b.as_ref().map(|b| String::from_utf8_lossy(b).into_owned());
    let encoding = text(&settings.stdio_encoding).unwrap_or_else(|| settings.locale_encoding.clone());
    let errors = match (name, text(&settings.stdio_errors)) {
        ("stderr", _) => "backslashreplace".to_owned(),
        (_, Some(errors)) => errors,
        _ if settings.utf8_mode || ESCAPING.contains(&settings.locale.as_slice()) => {
            "surrogateescape".to_owned()
        }
        _ => "strict".to_owned(),
    };
    (encoding, errors)
}

/// The locales with which bytes that are no text pass through the standard streams: C, and what stands in for it.
const ESCAPING: [&[u8]; 5] = [b"C", b"POSIX", b"C.UTF-8", b"C.utf8", b"UTF-8"];

/// The name of a codec as its module says it.
fn codec_name(cx: &mut Cx, encoding: &str) -> R<String> {
    let codecs = import::import(cx, "_codecs")?;
    let (lookup, encoding) = (cx.intern("lookup"), cx.str(encoding));
    let found = ops::call_method(cx, &codecs, &lookup, &[encoding])?;
    let name = ops::getattr(cx, &found, &names::name)?;
    Ok(name.as_str().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default())
}

/// Finds the codec of the standard streams.
pub fn check_encoding(cx: &mut Cx) -> R<()> {
    let (encoding, _) = text_options(cx, "stdout");
    codec_name(cx, &encoding).map(drop)
}

/// Opens the standard streams through `io`.
pub fn open(cx: &mut Cx) -> R<()> {
    let io = import::import(cx, "_io")?;
    for (fd, name, mode) in [(0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")] {
        let stream = one(cx, &io, fd, name, mode)?;
        super::set(cx, &format!("__{name}__"), stream.clone())?;
        super::set(cx, name, stream)?;
    }
    Ok(())
}

fn one(cx: &mut Cx, io: &Value, fd: i32, name: &str, mode: &str) -> R {
    let host = settings::host(cx);
    if host.stat(taipan_host::files::Target::Descriptor(fd)).is_err() {
        return Ok(Value::none());
    }
    let settings = settings::settings(cx);
    let writing = mode == "w";
    let unbuffered = settings.unbuffered && writing;
    let (binary, buffering) = (format!("{mode}b"), if unbuffered { 0 } else { -1 });
    let number = cx.int(i64::from(fd));
    let (binary, buffering) = (cx.str(&binary), cx.int(buffering));
    let none = Value::none();
    let opener = ops::getattr(cx, io, &names::open)?;
    let args = [number, binary, buffering, none.clone(), none.clone(), none, Value::bool(false)];
    let buffer = ops::call(cx, &opener, &args)?;
    let raw = if unbuffered { buffer.clone() } else { ops::getattr_str(cx, &buffer, "raw")? };
    let label = cx.str(&format!("<{name}>"));
    ops::setattr(cx, &raw, &names::name, &label)?;
    let terminal = host.isatty(fd);
    let line_buffering = Value::bool(writing && !unbuffered && (terminal || name == "stderr"));
    let (encoding, errors) = text_options(cx, name);
    let encoding = codec_name(cx, &encoding)?;
    let (encoding, errors) = (cx.str(&encoding), cx.str(&errors));
    let newline = if writing { cx.str("\n") } else { Value::none() };
    let class = ops::getattr_str(cx, io, "TextIOWrapper")?;
    let args = [buffer, encoding, errors, newline, line_buffering, Value::bool(unbuffered)];
    let stream = ops::call(cx, &class, &args)?;
    let mode = cx.str(mode);
    ops::setattr(cx, &stream, &names::mode, &mode)?;
    Ok(stream)
}

/// Flushes standard output and error at the end. False if standard output failed.
pub fn flush_all(cx: &mut Cx) -> bool {
    let mut good = true;
    for (name, reported) in [(names::stdout.get(), true), (names::stderr.get(), false)] {
        let stream = match super::get(cx, name) {
            Ok(Some(stream)) if !stream.is_none() => stream,
            Ok(_) => continue,
            Err(raised) => {
                drop(cx.take_raised(raised));
                continue;
            }
        };
        if is_closed(cx, &stream) {
            continue;
        }
        if let Err(raised) = ops::call_method(cx, &stream, &names::flush, &[]) {
            let exception = cx.take_raised(raised);
            if reported {
                let report = cx.interp().runtime.unraisable;
                report(cx, exception, "Exception ignored while flushing sys.stdout", None);
                good = false;
            }
        }
    }
    good
}

fn is_closed(cx: &mut Cx, stream: &Value) -> bool {
    let closed = cx.intern("closed");
    let answer = match ops::getattr_opt(cx, stream, &closed) {
        Ok(Some(closed)) => ops::truth(cx, &closed),
        Ok(None) => Ok(false),
        Err(raised) => Err(raised),
    };
    match answer {
        Ok(closed) => closed,
        Err(raised) => {
            let exception = cx.take_raised(raised);
            drop(exception);
            false
        }
    }
}

/// An OSError of a host's failure.
pub fn raise_host(cx: &mut Cx, error: taipan_host::HostError, path: Option<&Value>) -> taipan_object::Raised {
    let message = error.message();
    taipan_types::exceptions::os_error(cx, i64::from(error.errno), &message, path, None)
}
