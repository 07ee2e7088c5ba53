//! `_io.StringIO`: a text stream in memory.

use taipan_macros::{native, natives};
use taipan_object::ty::TYPE;
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Slots, Str, StrData, Trace, Tuple, Type, TypeDefs, Value, descr,
    flags, int,
};

use super::base::{self, TEXT_IO_BASE};
use super::bytesio::{copied_attributes, restore_attributes};
use super::newline::Newlines;
use super::{call, optional_size, reserve};

/// The text, in one byte a character as long as that is enough.
enum Text {
    Narrow(Vec<u8>),
    Wide(Vec<u32>),
}

impl Text {
    fn len(&self) -> usize {
        match self {
            Text::Narrow(v) => v.len(),
            Text::Wide(v) => v.len(),
        }
    }

    fn value(&self, cx: &Cx, range: std::ops::Range<usize>) -> Value {
        match self {
            Text::Narrow(v) => cx.str_from_latin1(v.get(range).unwrap_or_default()).into_value(),
            Text::Wide(v) => cx.str_from_code_points(v.get(range).unwrap_or_default()).into_value(),
        }
    }

    fn at(&self, i: usize) -> Option<u32> {
        match self {
            Text::Narrow(v) => v.get(i).map(|c| u32::from(*c)),
            Text::Wide(v) => v.get(i).copied(),
        }
    }

    fn find(&self, from: usize, wanted: u32) -> Option<usize> {
        match self {
            Text::Narrow(v) => v.get(from..)?.iter().position(|c| u32::from(*c) == wanted).map(|i| from + i),
            Text::Wide(v) => v.get(from..)?.iter().position(|c| *c == wanted).map(|i| from + i),
        }
    }

    fn truncate(&mut self, len: usize) {
        match self {
            Text::Narrow(v) => v.truncate(len),
            Text::Wide(v) => v.truncate(len),
        }
    }
}

/// The payload of a `StringIO`.
pub struct StringIo {
    text: Text,
    pos: usize,
    closed: bool,
    ready: bool,
    /// The `newline` argument: None, or text.
    newline: Option<String>,
    /// Universal newlines, where they are on.
    newlines: Option<Newlines>,
    /// What `\n` is written as, where that is something else.
    write_newline: Option<&'static str>,
}

impl Default for StringIo {
    fn default() -> StringIo {
        StringIo {
            text: Text::Narrow(Vec::new()),
            pos: 0,
            closed: false,
            ready: false,
            newline: None,
            newlines: None,
            write_newline: None,
        }
    }
}

impl Trace for StringIo {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

// SAFETY: instances of the type and its subtypes begin with `Obj<StringIo>`.
unsafe impl Payload for StringIo {
    const TYPE: &'static Obj<Type> = &STRING_IO;
}

/// `_io.StringIO`.
pub static STRING_IO: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<StringIo>("_io.StringIO")
        .base(&TEXT_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots {
            new: Some(new),
            init: Some(init),
            next: Some(next),
            finalize: Some(base::finalize),
            ..Slots::EMPTY
        })
        .defs(&TypeDefs {
            methods: natives![
                close, getvalue, read, readline, tell, truncate, seek, write, seekable, readable, writable, __getstate__,
                __setstate__
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("StringIO(initial_value='', newline='\\n')\n--\n\nText I/O implementation using an in-memory buffer.\n\nThe initial_value argument sets the value of object.  The newline\nargument is like the one of TextIOWrapper's constructor."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, StringIo::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

#[native("StringIO.__init__($self, /, initial_value='', newline='\\n')", no_signature)]
fn init_native(
    cx: &mut Cx,
    this: &Obj<StringIo>,
    initial_value: Option<&Value>,
    newline: Option<&Value>,
) -> R<()> {
    this.get_mut(cx).ready = false;
    let newline = match newline {
        None => Some("\n".to_owned()),
        Some(n) if n.is_none() => None,
        Some(n) => match n.as_str() {
            Some(text) => Some(text.to_string_lossy().into_owned()),
            None => {
                let message = format!("newline must be str or None, not {}", n.type_name(cx));
                return Err(cx.type_error(message));
            }
        },
    };
    let initial = initial_value.filter(|v| !v.is_none());
    if let Some(value) = initial
        && value.as_str().is_none()
    {
        let message = format!("initial_value must be str or None, not {}", value.type_name(cx));
        return Err(cx.type_error(message));
    }
    set_newline(cx, this, newline)?;
    if let Some(text) = initial.and_then(Value::as_str) {
        write_text(cx, this, text)?;
    }
    this.get_mut(cx).pos = 0;
    Ok(())
}

fn set_newline(cx: &mut Cx, this: &Obj<StringIo>, newline: Option<String>) -> R<()> {
    let write_newline = match newline.as_deref() {
        None | Some("" | "\n") => None,
        Some("\r") => Some("\r"),
        Some("\r\n") => Some("\r\n"),
        Some(other) => {
            let shown = cx.str(other);
            let shown = taipan_object::ops::repr(cx, &shown)?.to_string_lossy().into_owned();
            return Err(cx.value_error(format!("illegal newline value: {shown}")));
        }
    };
    let newlines = match newline.as_deref() {
        None => Some(Newlines::new(true)),
        Some("") => Some(Newlines::new(false)),
        Some(_) => None,
    };
    *this.get_mut(cx) = StringIo { ready: true, newline, newlines, write_newline, ..StringIo::default() };
    Ok(())
}

fn open(cx: &mut Cx, this: &Obj<StringIo>) -> R<()> {
    let (ready, closed) = (this.get(cx).ready, this.get(cx).closed);
    if !ready {
        return Err(cx.value_error("I/O operation on uninitialized object"));
    }
    if closed { Err(cx.value_error("I/O operation on closed file")) } else { Ok(()) }
}

/// Puts text at the position, translated as the newline argument says.
fn write_text(cx: &mut Cx, this: &Obj<StringIo>, text: &Obj<Str>) -> R<()> {
    let decoded = match this.get_mut(cx).newlines.take() {
        Some(mut newlines) => {
            let value = newlines.feed(cx, text, true);
            this.get_mut(cx).newlines = Some(newlines);
            value
        }
        None => text.to_value(),
    };
    let translated = match this.get(cx).write_newline {
        Some(newline) => {
            let mut points = Vec::with_capacity(text.len() + 8);
            if let Some(text) = decoded.as_str() {
                for c in text.chars() {
                    if c == 10 { points.extend(newline.chars().map(u32::from)) } else { points.push(c) }
                }
            }
            cx.str_from_code_points(&points).into_value()
        }
        None => decoded,
    };
    let Some(text) = translated.as_str() else { return Ok(()) };
    place(cx, this, text)
}

fn place(cx: &mut Cx, this: &Obj<StringIo>, text: &Obj<Str>) -> R<()> {
    if text.is_empty() {
        return Ok(());
    }
    let pos = this.get(cx).pos;
    let Some(end) = pos.checked_add(text.len()).filter(|e| *e <= isize::MAX as usize / 4) else {
        return Err(cx.overflow_error("new position too large"));
    };
    let mut held = std::mem::replace(&mut this.get_mut(cx).text, Text::Narrow(Vec::new()));
    if let (Text::Narrow(narrow), false) = (&held, matches!(text.data(), StrData::One(_))) {
        held = Text::Wide(narrow.iter().map(|c| u32::from(*c)).collect());
    }
    let more = end.saturating_sub(held.len());
    let reserved = match &mut held {
        Text::Narrow(v) => reserve(cx, v, more),
        Text::Wide(v) => reserve(cx, v, more),
    };
    if reserved.is_ok() {
        match (&mut held, text.data()) {
            (Text::Narrow(v), StrData::One(s)) => {
                if v.len() < pos {
                    v.resize(pos, 0);
                }
                let over = (v.len() - pos).min(s.len());
                v[pos..pos + over].copy_from_slice(&s[..over]);
                v.extend_from_slice(&s[over..]);
            }
            (Text::Wide(v), _) => {
                if v.len() < pos {
                    v.resize(pos, 0);
                }
                for (i, c) in text.chars().enumerate() {
                    match v.get_mut(pos + i) {
                        Some(place) => *place = c,
                        None => v.push(c),
                    }
                }
            }
            (Text::Narrow(_), _) => {}
        }
    }
    let stream = this.get_mut(cx);
    stream.text = held;
    reserved?;
    this.get_mut(cx).pos = end;
    Ok(())
}

/// Write string to file.
///
/// Returns the number of characters written, which is always equal to
/// the length of the string.
#[native("StringIO.write($self, s, /)")]
fn write(cx: &mut Cx, this: &Obj<StringIo>, s: &Value) -> R<usize> {
    if !this.get(cx).ready {
        return Err(cx.value_error("I/O operation on uninitialized object"));
    }
    let Some(text) = s.as_str() else {
        let message = format!("string argument expected, got '{}'", s.type_name(cx));
        return Err(cx.type_error(message));
    };
    open(cx, this)?;
    write_text(cx, this, text)?;
    Ok(text.len())
}

/// Retrieve the entire contents of the object.
#[native("StringIO.getvalue($self, /)")]
fn getvalue(cx: &mut Cx, this: &Obj<StringIo>) -> R {
    open(cx, this)?;
    let stream = this.get(cx);
    Ok(stream.text.value(cx, 0..stream.text.len()))
}

/// Return the current file position.
#[native("StringIO.tell($self, /)")]
fn tell(cx: &mut Cx, this: &Obj<StringIo>) -> R<usize> {
    open(cx, this)?;
    Ok(this.get(cx).pos)
}

/// Read at most size characters, returned as a string.
///
/// If the argument is negative or omitted, read until EOF
/// is reached. Return an empty string at EOF.
#[native("StringIO.read($self, size=-1, /)")]
fn read(cx: &mut Cx, this: &Obj<StringIo>, size: Option<&Value>) -> R {
    let size = optional_size(cx, size)?;
    open(cx, this)?;
    let stream = this.get_mut(cx);
    let start = stream.pos.min(stream.text.len());
    let left = stream.text.len() - start;
    let n = if size < 0 { left } else { left.min(size as usize) };
    stream.pos += n;
    Ok(this.get(cx).text.value(cx, start..start + n))
}

/// Where the line that begins at the position ends.
fn line_end(stream: &StringIo, start: usize) -> usize {
    let len = stream.text.len();
    match stream.newline.as_deref() {
        Some("") => {
            let lf = stream.text.find(start, 10).map_or(len, |i| i + 1);
            match stream.text.find(start, 13) {
                Some(cr) if cr + 1 < lf => cr + if stream.text.at(cr + 1) == Some(10) { 2 } else { 1 },
                Some(cr) if lf == len && cr + 1 == len => len,
                _ => lf,
            }
        }
        Some("\r") => stream.text.find(start, 13).map_or(len, |i| i + 1),
        Some("\r\n") => {
            let mut from = start;
            while let Some(cr) = stream.text.find(from, 13) {
                if stream.text.at(cr + 1) == Some(10) {
                    return cr + 2;
                }
                from = cr + 1;
            }
            len
        }
        _ => stream.text.find(start, 10).map_or(len, |i| i + 1),
    }
}

fn line(cx: &mut Cx, this: &Obj<StringIo>, limit: i64) -> Value {
    let stream = this.get_mut(cx);
    let start = stream.pos.min(stream.text.len());
    let mut end = line_end(stream, start);
    if limit >= 0 {
        end = end.min(start.saturating_add(limit as usize));
    }
    stream.pos += end - start;
    this.get(cx).text.value(cx, start..end)
}

/// Read until newline or EOF.
///
/// Returns an empty string if EOF is hit immediately.
#[native("StringIO.readline($self, size=-1, /)")]
fn readline(cx: &mut Cx, this: &Obj<StringIo>, size: Option<&Value>) -> R {
    let size = optional_size(cx, size)?;
    open(cx, this)?;
    Ok(line(cx, this, size))
}

fn next(cx: &mut Cx, this: &Value) -> R<Option<Value>> {
    let Some(stream) = this.cast::<StringIo>() else { return Ok(None) };
    open(cx, stream)?;
    let found = if this.is_instance_exact(&STRING_IO) {
        line(cx, stream, -1)
    } else {
        let found = call(cx, this, "readline", &[])?;
        if found.as_str().is_none() {
            let message =
                format!("readline() should have returned a str object, not '{}'", found.type_name(cx));
            return Err(cx.raise(&taipan_object::exc::OS_ERROR, message));
        }
        found
    };
    Ok(if found.as_str().is_some_and(|s| s.is_empty()) { None } else { Some(found) })
}

/// Truncate size to pos.
///
/// The pos argument defaults to the current file position, as
/// returned by tell().  The current file position is unchanged.
/// Returns the new absolute position.
#[native("StringIO.truncate($self, pos=None, /)")]
fn truncate(cx: &mut Cx, this: &Obj<StringIo>, pos: Option<&Value>) -> R<usize> {
    open(cx, this)?;
    let size = match pos.filter(|p| !p.is_none()) {
        None => this.get(cx).pos,
        Some(pos) => {
            let n = int::index_i64(cx, pos)?;
            match usize::try_from(n) {
                Ok(n) => n,
                Err(_) => return Err(cx.value_error(format!("Negative size value {n}"))),
            }
        }
    };
    this.get_mut(cx).text.truncate(size);
    Ok(size)
}

/// Change stream position.
///
/// Seek to character offset pos relative to position indicated by whence:
///     0  Start of stream (the default).  pos should be >= 0;
///     1  Current position - pos must be 0;
///     2  End of stream - pos must be 0.
/// Returns the new absolute position.
#[native("StringIO.seek($self, pos, whence=0, /)")]
fn seek(cx: &mut Cx, this: &Obj<StringIo>, pos: &Value, whence: Option<i32>) -> R<usize> {
    if pos.as_float().is_some() && pos.as_int().is_none() {
        let message = format!("'{}' object cannot be interpreted as an integer", pos.type_name(cx));
        return Err(cx.type_error(message));
    }
    let pos = int::index_i64(cx, pos)?;
    open(cx, this)?;
    let at = match whence.unwrap_or(0) {
        0 if pos < 0 => return Err(cx.value_error(format!("Negative seek position {pos}"))),
        0 => pos as usize,
        1 | 2 if pos != 0 => {
            return Err(cx.raise(&taipan_object::exc::OS_ERROR, "Can't do nonzero cur-relative seeks"));
        }
        1 => this.get(cx).pos,
        2 => this.get(cx).text.len(),
        other => return Err(cx.value_error(format!("Invalid whence ({other}, should be 0, 1 or 2)"))),
    };
    this.get_mut(cx).pos = at;
    Ok(at)
}

/// Close the IO object.
///
/// Attempting any further operation after the object is closed
/// will raise a ValueError.
///
/// This method has no effect if the file is already closed.
#[native("StringIO.close($self, /)")]
fn close(cx: &mut Cx, this: &Obj<StringIo>) -> R<()> {
    let stream = this.get_mut(cx);
    stream.closed = true;
    stream.text = Text::Narrow(Vec::new());
    Ok(())
}

/// Returns True if the IO object can be seeked.
#[native("StringIO.seekable($self, /)")]
fn seekable(cx: &mut Cx, this: &Obj<StringIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

/// Returns True if the IO object can be read.
#[native("StringIO.readable($self, /)")]
fn readable(cx: &mut Cx, this: &Obj<StringIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

/// Returns True if the IO object can be written.
#[native("StringIO.writable($self, /)")]
fn writable(cx: &mut Cx, this: &Obj<StringIo>) -> R<bool> {
    open(cx, this).map(|()| true)
}

#[native("StringIO.__getstate__($self, /)", no_signature)]
fn __getstate__(cx: &mut Cx, this: &Obj<StringIo>) -> R {
    let text = getvalue(cx, this)?;
    let newline = match this.get(cx).newline.clone() {
        Some(text) => cx.str(&text),
        None => Value::none(),
    };
    let pos = cx.int(this.get(cx).pos as i64);
    let attributes = copied_attributes(cx, &this.to_value())?;
    Ok(cx.tuple_value([text, newline, pos, attributes]))
}

#[native("StringIO.__setstate__($self, state, /)", no_signature)]
fn __setstate__(cx: &mut Cx, this: &Obj<StringIo>, state: &Value) -> R<()> {
    if this.get(cx).closed {
        return Err(cx.value_error("I/O operation on closed file"));
    }
    let items = match state.cast::<Tuple>().map(|t| t.items().to_vec()) {
        Some(items) if items.len() >= 4 => items,
        _ => {
            let (kind, class) =
                (state.type_name(cx).into_owned(), this.to_value().type_name(cx).into_owned());
            return Err(cx.type_error(format!("{class}.__setstate__ argument should be 4-tuple, got {kind}")));
        }
    };
    let newline = match items[1].as_str() {
        Some(text) => Some(text.to_string_lossy().into_owned()),
        None if items[1].is_none() => None,
        None => {
            let message = format!("newline must be str or None, not {}", items[1].type_name(cx));
            return Err(cx.type_error(message));
        }
    };
    set_newline(cx, this, newline)?;
    // The text is as it was in the stream: no translation.
    if let Some(text) = items[0].as_str() {
        place(cx, this, text)?;
    } else if !items[0].is_none() {
        let message = format!("initial_value must be str or None, not {}", items[0].type_name(cx));
        return Err(cx.type_error(message));
    }
    if items[2].as_int().is_none() {
        let message = format!("third item of state must be an integer, got {}", items[2].type_name(cx));
        return Err(cx.type_error(message));
    }
    let pos = int::index_i64(cx, &items[2])?;
    let Ok(pos) = usize::try_from(pos) else {
        return Err(cx.value_error("position value cannot be negative"));
    };
    this.get_mut(cx).pos = pos;
    restore_attributes(cx, &this.to_value(), &items[3], "fourth")
}

fn payload<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<StringIo>> {
    match this.cast::<StringIo>() {
        Some(stream) => Ok(stream),
        None => Err(cx.type_error("descriptor requires a '_io.StringIO' object")),
    }
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "closed",
        doc: None,
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).closed))),
        set: None,
    },
    GetSetDef {
        name: "newlines",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            open(cx, stream)?;
            Ok(match &stream.get(cx).newlines {
                Some(newlines) => newlines.seen(cx),
                None => Value::none(),
            })
        }),
        set: None,
    },
    GetSetDef {
        name: "line_buffering",
        doc: None,
        get: Some(|cx, this| {
            let stream = payload(cx, this)?;
            open(cx, stream)?;
            Ok(Value::bool(false))
        }),
        set: None,
    },
];
