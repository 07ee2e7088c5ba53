//! `_io.FileIO`: a file descriptor as a raw stream.

use taipan_host::files::{CURRENT_DIRECTORY, Fd};
use taipan_host::{HostError, HostHandle};
use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::TYPE;
use taipan_object::{
    Args, Cx, GetSetDef, Obj, Payload, R, Raised, Slots, Trace, Type, TypeDefs, Value, buffer, descr, flags,
    int, ops,
};

use super::base::{self, RAW_IO_BASE};
use super::{DEFAULT_BUFFER_SIZE, no_pickle, optional_size, unsupported};
use crate::support::{attempt, audit, fspath, path_bytes, raise_os};

/// The most bytes that Linux moves in one call.
const MOST_AT_ONCE: usize = 0x7FFF_F000;
/// What `readall` asks for first where the size is unknown.
const SMALL_CHUNK: usize = 8 << 10;

/// The payload of a `FileIO`.
pub struct FileIo {
    /// -1 while closed.
    pub fd: Fd,
    pub created: bool,
    pub readable: bool,
    pub writable: bool,
    pub appending: bool,
    /// Whether positioning works, once known.
    pub seekable: Option<bool>,
    pub close_fd: bool,
    pub finalizing: bool,
    pub block_size: i64,
    /// The size when it was opened, for `readall`.
    pub size_at_open: Option<i64>,
    /// Whether it is a character device, where it was looked at when opened.
    pub may_be_terminal: bool,
}

impl Default for FileIo {
    fn default() -> FileIo {
        FileIo {
            fd: -1,
            created: false,
            readable: false,
            writable: false,
            appending: false,
            seekable: None,
            close_fd: true,
            finalizing: false,
            block_size: DEFAULT_BUFFER_SIZE as i64,
            size_at_open: None,
            may_be_terminal: true,
        }
    }
}

impl Trace for FileIo {
    fn trace(&self, _visit: &mut dyn FnMut(&Value)) {}
    fn clear(&mut self, _out: &mut Vec<Value>) {}
}

// SAFETY: instances of the type and its subtypes begin with `Obj<FileIo>`.
unsafe impl Payload for FileIo {
    const TYPE: &'static Obj<Type> = &FILE_IO;
}

/// `_io.FileIO`.
pub static FILE_IO: Obj<Type> = Obj::new_static_type(
    &TYPE,
    Type::builtin::<FileIo>("_io.FileIO")
        .base(&RAW_IO_BASE)
        .flags(flags::BASE | flags::WEAKREFABLE)
        .with_attrs()
        .with_slots(Slots { new: Some(new), init: Some(init), repr: Some(repr), finalize: Some(base::finalize), ..Slots::EMPTY })
        .defs(&TypeDefs {
            methods: natives![
                read, readall, readinto, write, seek, tell, truncate, close, seekable, readable, writable, fileno, isatty,
                _isatty_open_only, _dealloc_warn, __getstate__
            ],
            getset: GETSET,
            ..TypeDefs::NONE
        })
        .doc("FileIO(file, mode='r', closefd=True, opener=None)\n--\n\nOpen a file.\n\nThe mode can be 'r' (default), 'w', 'x' or 'a' for reading,\nwriting, exclusive creation or appending.  The file will be created if it\ndoesn't exist when opened for writing or appending; it will be truncated\nwhen opened for writing.  A FileExistsError will be raised if it already\nexists when opened for creating. Opening a file for creating implies\nwriting so this mode behaves in a similar way to 'w'.Add a '+' to the mode\nto allow simultaneous reading and writing. A custom opener can be used by\npassing a callable as *opener*. The underlying file descriptor for the file\nobject is then obtained by calling opener with (*name*, *flags*).\n*opener* must return an open file descriptor (passing os.open as *opener*\nresults in functionality similar to passing None)."),
);

fn new(cx: &mut Cx, class: &Obj<Type>, _args: Args<'_>) -> R {
    Ok(cx.new_instance(class, FileIo::default()).into_value())
}

fn init(cx: &mut Cx, this: &Value, args: Args<'_>) -> R<()> {
    descr::call_with_receiver(this, args, |args| (init_native__def.call)(cx, args)).map(drop)
}

/// What a mode string asks for.
struct Mode {
    created: bool,
    readable: bool,
    writable: bool,
    appending: bool,
    flags: i32,
}

fn parse_mode(cx: &mut Cx, mode: &str) -> R<Mode> {
    let mut parsed = Mode { created: false, readable: false, writable: false, appending: false, flags: 0 };
    let (mut kinds, mut plus) = (0, 0);
    for c in mode.chars() {
        match c {
            'x' | 'r' | 'w' | 'a' => {
                kinds += 1;
                match c {
                    'x' => {
                        parsed.created = true;
                        parsed.writable = true;
                        parsed.flags |= libc::O_EXCL | libc::O_CREAT;
                    }
                    'r' => parsed.readable = true,
                    'w' => {
                        parsed.writable = true;
                        parsed.flags |= libc::O_CREAT | libc::O_TRUNC;
                    }
                    _ => {
                        parsed.writable = true;
                        parsed.appending = true;
                        parsed.flags |= libc::O_APPEND | libc::O_CREAT;
                    }
                }
            }
            'b' => {}
            '+' => {
                plus += 1;
                parsed.readable = true;
                parsed.writable = true;
            }
            _ => return Err(cx.value_error(format!("invalid mode: {mode}"))),
        }
    }
    if kinds != 1 || plus > 1 {
        return Err(
            cx.value_error("Must have exactly one of create/read/write/append mode and at most one plus")
        );
    }
    parsed.flags |= match (parsed.readable, parsed.writable) {
        (true, true) => libc::O_RDWR,
        (true, false) => libc::O_RDONLY,
        _ => libc::O_WRONLY,
    } | libc::O_CLOEXEC;
    Ok(parsed)
}

/// A descriptor given as the file: not negative.
fn given_descriptor(cx: &mut Cx, file: &Value) -> R<Fd> {
    if file.as_bool().is_some() {
        let warn = cx.interp().runtime.warn;
        warn(cx, &exc::RUNTIME_WARNING, "bool is used as a file descriptor", 1)?;
    }
    let number = int::index(cx, file)?;
    match number.as_int().and_then(|i| i.to_i64()).map(i32::try_from) {
        Some(Ok(fd)) if fd >= 0 => Ok(fd),
        Some(Ok(_)) => Err(cx.value_error("negative file descriptor")),
        _ => Err(cx.overflow_error("Python int too large to convert to C int")),
    }
}

/// The descriptor that a program's opener gives.
fn by_opener(cx: &mut Cx, opener: &Value, name: &Value, flags: i32) -> R<Fd> {
    let flags = cx.int(flags.into());
    let result = ops::call(cx, opener, &[name.clone(), flags])?;
    if result.as_int().is_none() {
        return Err(cx.type_error("expected integer from opener"));
    }
    let fd = match result.as_int().and_then(|i| i.to_i64()).map(i32::try_from) {
        Some(Ok(fd)) => fd,
        _ => return Err(cx.overflow_error("Python int too large to convert to C int")),
    };
    if fd < 0 {
        return Err(cx.value_error(format!("opener returned {fd}")));
    }
    match attempt(cx, |host| host.set_inheritable(fd, false))? {
        Ok(()) => Ok(fd),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

#[native("FileIO.__init__($self, /, file, mode='r', closefd=True, opener=None)")]
fn init_native(
    cx: &mut Cx,
    this: &Obj<FileIo>,
    file: &Value,
    mode: Option<&Value>,
    closefd: bool,
    opener: Option<&Value>,
) -> R<()> {
    let mode = match mode.map(|m| m.as_str()) {
        None => "r".to_owned(),
        Some(Some(text)) => text.to_string_lossy().into_owned(),
        Some(None) => {
            let kind = mode.map(|m| m.type_name(cx).into_owned()).unwrap_or_default();
            return Err(cx.type_error(format!("FileIO() argument 'mode' must be str, not {kind}")));
        }
    };
    open_file(cx, this, file, &mode, closefd, opener.filter(|o| !o.is_none()))
}

/// What `FileIO(…)` does: opens the file and fills the object.
pub fn open_file(
    cx: &mut Cx,
    this: &Obj<FileIo>,
    file: &Value,
    mode: &str,
    close_fd: bool,
    opener: Option<&Value>,
) -> R<()> {
    if this.get(cx).fd >= 0 {
        if this.get(cx).close_fd {
            close_descriptor(cx, this)?;
        } else {
            this.get_mut(cx).fd = -1;
        }
    }
    if file.as_float().is_some() && file.as_int().is_none() {
        return Err(cx.type_error("expected str, bytes or os.PathLike object, not float"));
    }
    let is_number = file.as_int().is_some() || file.ty(cx).slots().index.is_some();
    let given = if is_number { Some(given_descriptor(cx, file)?) } else { None };
    let path = match given {
        Some(_) => Vec::new(),
        None => {
            let name = fspath(cx, file)?;
            path_bytes(cx, &name)?
        }
    };
    let parsed = parse_mode(cx, mode)?;
    let (mode_value, flags_value) = (cx.str(mode), cx.int(parsed.flags.into()));
    audit(cx, "open", &[file.clone(), mode_value, flags_value])?;
    let fd = match (given, opener) {
        (Some(fd), _) => fd,
        (None, _) if !close_fd => return Err(cx.value_error("Cannot use closefd=False with file name")),
        (None, Some(opener)) => by_opener(cx, opener, file, parsed.flags)?,
        (None, None) => match attempt(cx, |host| host.open(&path, parsed.flags, 0o666, CURRENT_DIRECTORY))? {
            Ok(fd) => fd,
            Err(error) => return Err(raise_os(cx, error, Some(file), None)),
        },
    };
    let own = given.is_none();
    {
        let data = this.get_mut(cx);
        *data = FileIo {
            fd,
            created: parsed.created,
            readable: parsed.readable,
            writable: parsed.writable,
            appending: parsed.appending,
            close_fd,
            ..FileIo::default()
        };
    }
    match settle(cx, this, file) {
        Ok(()) => Ok(()),
        Err(raised) => {
            let exception = cx.take_raised(raised);
            if own {
                if let Err(raised) = close_descriptor(cx, this) {
                    drop(cx.take_raised(raised));
                }
            } else {
                this.get_mut(cx).fd = -1;
            }
            Err(cx.raise_value(exception))
        }
    }
}

/// Looks at the open file: it must not be a folder; its size and block size are kept; the name is set.
fn settle(cx: &mut Cx, this: &Obj<FileIo>, file: &Value) -> R<()> {
    let fd = this.get(cx).fd;
    match attempt(cx, |host| host.stat(taipan_host::files::Target::Descriptor(fd)))? {
        Err(error) if error.errno == libc::EBADF => return Err(raise_os(cx, error, None, None)),
        Err(_) => {}
        Ok(stat) => {
            let kind = stat.mode & libc::S_IFMT;
            if kind == libc::S_IFDIR {
                return Err(raise_os(cx, HostError::new(libc::EISDIR), Some(file), None));
            }
            let data = this.get_mut(cx);
            if stat.block_size > 1 {
                data.block_size = stat.block_size;
            }
            data.size_at_open = Some(stat.size);
            data.may_be_terminal = kind == libc::S_IFCHR;
        }
    }
    let key = cx.intern("name");
    ops::setattr(cx, &this.to_value(), &key, file)?;
    if this.get(cx).appending {
        let fd = open_fd(cx, this)?;
        // A pipe cannot be positioned, and need not be.
        if let Err(error) = attempt(cx, |host| host.lseek(fd, 0, libc::SEEK_END))?
            && error.errno != libc::ESPIPE
        {
            return Err(raise_os(cx, error, None, None));
        }
    }
    Ok(())
}

fn close_descriptor(cx: &mut Cx, this: &Obj<FileIo>) -> R<()> {
    let fd = std::mem::replace(&mut this.get_mut(cx).fd, -1);
    if fd < 0 {
        return Ok(());
    }
    let host = crate::support::host(cx);
    match crate::support::blocking(cx, || host.close(fd)) {
        Err(error) if !error.is_interrupted() => Err(raise_os(cx, error, None, None)),
        _ => Ok(()),
    }
}

/// The descriptor of an open file; ValueError where it is closed.
pub fn open_fd(cx: &mut Cx, this: &Obj<FileIo>) -> R<Fd> {
    let fd = this.get(cx).fd;
    if fd < 0 { Err(cx.value_error("I/O operation on closed file")) } else { Ok(fd) }
}

fn wrong_mode(cx: &mut Cx, action: &str) -> Raised {
    unsupported(cx, &format!("File not open for {action}"))
}

fn reading(cx: &mut Cx, this: &Obj<FileIo>) -> R<Fd> {
    let fd = open_fd(cx, this)?;
    if this.get(cx).readable { Ok(fd) } else { Err(wrong_mode(cx, "reading")) }
}

fn writing(cx: &mut Cx, this: &Obj<FileIo>) -> R<Fd> {
    let fd = open_fd(cx, this)?;
    if this.get(cx).writable { Ok(fd) } else { Err(wrong_mode(cx, "writing")) }
}

/// Reads into `place`; `None` where it would block.
pub fn read_into(cx: &mut Cx, this: &Obj<FileIo>, place: &mut [u8]) -> R<Option<usize>> {
    let fd = reading(cx, this)?;
    let most = place.len().min(MOST_AT_ONCE);
    match attempt(cx, |host| host.read(fd, &mut place[..most]))? {
        Ok(n) => Ok(Some(n)),
        Err(error) if error.would_block() => Ok(None),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// Writes once; `None` where it would block.
pub fn write_once(cx: &mut Cx, this: &Obj<FileIo>, bytes: &[u8]) -> R<Option<usize>> {
    let fd = writing(cx, this)?;
    let most = bytes.len().min(MOST_AT_ONCE);
    match attempt(cx, |host| host.write(fd, &bytes[..most]))? {
        Ok(n) => Ok(Some(n)),
        Err(error) if error.would_block() => Ok(None),
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// Moves the position; notes whether that works.
pub fn seek_to(cx: &mut Cx, this: &Obj<FileIo>, offset: i64, whence: i32) -> R<i64> {
    let fd = open_fd(cx, this)?;
    let result = attempt(cx, |host| host.lseek(fd, offset, whence))?;
    if this.get(cx).seekable.is_none() {
        this.get_mut(cx).seekable = Some(result.is_ok());
    }
    result.map_err(|error| raise_os(cx, error, None, None))
}

/// All that is left; `None` where nothing came before it would block.
pub fn read_to_end(cx: &mut Cx, this: &Obj<FileIo>) -> R<Option<Vec<u8>>> {
    let fd = reading(cx, this)?;
    let size = this.get(cx).size_at_open.unwrap_or(0).max(0);
    let mut room = SMALL_CHUNK;
    if size > 0 {
        let host: HostHandle = crate::support::host(cx);
        let at = if size > 65_536 { host.lseek(fd, 0, libc::SEEK_CUR).unwrap_or(0) } else { 0 };
        if size >= at {
            // One more byte, so that the end is seen without growing.
            room = usize::try_from(size - at).unwrap_or(0).saturating_add(1);
        }
    }
    let mut bytes: Vec<u8> = Vec::new();
    let mut any = false;
    loop {
        super::reserve(cx, &mut bytes, room)?;
        let start = bytes.len();
        let most = start + room.min(MOST_AT_ONCE);
        bytes.resize(most, 0);
        let result = attempt(cx, |host| host.read(fd, &mut bytes[start..]));
        let result = result?;
        match result {
            Ok(n) => {
                bytes.truncate(start + n);
                if n == 0 {
                    return Ok(Some(bytes));
                }
                any = true;
                room = room.saturating_sub(n);
                if room == 0 {
                    room = bytes.len().clamp(SMALL_CHUNK, 16 << 20);
                }
            }
            Err(error) if error.would_block() => {
                bytes.truncate(start);
                return Ok(if any { Some(bytes) } else { None });
            }
            Err(error) => return Err(raise_os(cx, error, None, None)),
        }
    }
}

/// Read at most size bytes, returned as bytes.
///
/// If size is less than 0, read all bytes in the file making
/// multiple read calls. See ``FileIO.readall``.
///
/// Attempts to make only one system call, retrying only per
/// PEP 475 (EINTR). This means less data may be returned than
/// requested.
///
/// In non-blocking mode, returns None if no data is available.
/// Return an empty bytes object at EOF.
#[native("FileIO.read($self, size=-1, /)")]
fn read(cx: &mut Cx, this: &Obj<FileIo>, size: Option<&Value>) -> R {
    reading(cx, this)?;
    let size = optional_size(cx, size)?;
    if size < 0 {
        return super::call(cx, &this.to_value(), "readall", &[]);
    }
    let size = (size as usize).min(MOST_AT_ONCE);
    let mut bytes = Vec::new();
    super::reserve(cx, &mut bytes, size)?;
    bytes.resize(size, 0);
    match read_into(cx, this, &mut bytes)? {
        Some(n) => Ok(cx.bytes(&bytes[..n])),
        None => Ok(Value::none()),
    }
}

/// Read all data from the file, returned as bytes.
///
/// Reads until either there is an error or read returns
/// no data. Return None if no data is available in non-blocking mode.
#[native("FileIO.readall($self, /)")]
fn readall(cx: &mut Cx, this: &Obj<FileIo>) -> R {
    match read_to_end(cx, this)? {
        Some(bytes) => Ok(cx.bytes(&bytes)),
        None => Ok(Value::none()),
    }
}

/// Same as RawIOBase.readinto().
#[native("FileIO.readinto($self, buffer, /)")]
fn readinto(cx: &mut Cx, this: &Obj<FileIo>, target: &Value) -> R<Option<usize>> {
    let mut lent = super::writable(cx, target, "readinto")?;
    reading(cx, this)?;
    let mut bytes = Vec::new();
    let size = lent.len().min(MOST_AT_ONCE);
    super::reserve(cx, &mut bytes, size)?;
    bytes.resize(size, 0);
    let count = read_into(cx, this, &mut bytes)?;
    if let Some(n) = count {
        lent.bytes_mut(cx)[..n].copy_from_slice(&bytes[..n]);
    }
    Ok(count)
}

/// Write buffer b to file, return number of bytes written.
///
/// Only makes one system call, so not all of the data may be written.
/// The number of bytes actually written is returned.  In non-blocking mode,
/// returns None if the write would block.
#[native("FileIO.write($self, b, /)")]
fn write(cx: &mut Cx, this: &Obj<FileIo>, b: &Value) -> R<Option<usize>> {
    writing(cx, this)?;
    let lent = buffer::bytes_like(cx, b)?;
    let bytes = lent.to_vec(cx);
    write_once(cx, this, &bytes)
}

/// Move to new file position and return the file position.
///
/// Argument offset is a byte count.  Optional argument whence defaults to
/// SEEK_SET or 0 (offset from start of file, offset should be >= 0); other values
/// are SEEK_CUR or 1 (move relative to current position, positive or negative),
/// and SEEK_END or 2 (move relative to end of file, usually negative, although
/// many platforms allow seeking beyond the end of a file).
///
/// Note that not all file objects are seekable.
#[native("FileIO.seek($self, pos, whence=0, /)")]
fn seek(cx: &mut Cx, this: &Obj<FileIo>, pos: &Value, whence: Option<i32>) -> R<i64> {
    open_fd(cx, this)?;
    if pos.as_float().is_some() && pos.as_int().is_none() {
        return Err(cx.type_error("an integer is required"));
    }
    let offset = int::index_i64(cx, pos)?;
    seek_to(cx, this, offset, whence.unwrap_or(0))
}

/// Current file position.
///
/// Can raise OSError for non seekable files.
#[native("FileIO.tell($self, /)")]
fn tell(cx: &mut Cx, this: &Obj<FileIo>) -> R<i64> {
    seek_to(cx, this, 0, libc::SEEK_CUR)
}

/// Truncate the file to at most size bytes and return the truncated size.
///
/// Size defaults to the current file position, as returned by tell().
/// The current file position is changed to the value of size.
#[native("FileIO.truncate($self, size=None, /)")]
fn truncate(cx: &mut Cx, this: &Obj<FileIo>, size: Option<&Value>) -> R {
    let fd = writing(cx, this)?;
    let size = match size.filter(|s| !s.is_none()) {
        Some(size) => size.clone(),
        None => {
            let at = seek_to(cx, this, 0, libc::SEEK_CUR)?;
            cx.int(at)
        }
    };
    let length = int::index_i64(cx, &size)?;
    match attempt(cx, |host| host.truncate(taipan_host::files::Target::Descriptor(fd), length))? {
        Ok(()) => {
            this.get_mut(cx).size_at_open = None;
            Ok(size)
        }
        Err(error) => Err(raise_os(cx, error, None, None)),
    }
}

/// Close the file.
///
/// A closed file cannot be used for further I/O operations.  close() may be
/// called more than once without error.
#[native("FileIO.close($self, /)")]
fn close(cx: &mut Cx, this: &Obj<FileIo>) -> R<()> {
    let object = this.to_value();
    let first = base::close(cx, &object);
    if !this.get(cx).close_fd {
        this.get_mut(cx).fd = -1;
        return first;
    }
    let first = match first {
        Ok(()) if this.get(cx).finalizing => {
            warn_unclosed(cx, this, &object);
            Ok(())
        }
        other => other,
    };
    super::both(cx, first, |cx| close_descriptor(cx, this))
}

/// True if file supports random-access.
#[native("FileIO.seekable($self, /)")]
fn seekable(cx: &mut Cx, this: &Obj<FileIo>) -> R<bool> {
    open_fd(cx, this)?;
    if this.get(cx).seekable.is_none()
        && let Err(raised) = seek_to(cx, this, 0, libc::SEEK_CUR)
    {
        cx.catch(raised, &exc::OS_ERROR)?;
    }
    Ok(this.get(cx).seekable.unwrap_or(false))
}

/// True if file was opened in a read mode.
#[native("FileIO.readable($self, /)")]
fn readable(cx: &mut Cx, this: &Obj<FileIo>) -> R<bool> {
    open_fd(cx, this)?;
    Ok(this.get(cx).readable)
}

/// True if file was opened in a write mode.
#[native("FileIO.writable($self, /)")]
fn writable(cx: &mut Cx, this: &Obj<FileIo>) -> R<bool> {
    open_fd(cx, this)?;
    Ok(this.get(cx).writable)
}

/// Return the underlying file descriptor (an integer).
#[native("FileIO.fileno($self, /)")]
fn fileno(cx: &mut Cx, this: &Obj<FileIo>) -> R<i64> {
    open_fd(cx, this).map(i64::from)
}

/// True if the file is connected to a TTY device.
#[native("FileIO.isatty($self, /)")]
fn isatty(cx: &mut Cx, this: &Obj<FileIo>) -> R<bool> {
    let fd = open_fd(cx, this)?;
    Ok(crate::support::host(cx).isatty(fd))
}

/// Whether the file is a terminal, without asking where it cannot be one.
///
/// Used by open() only.
#[native("FileIO._isatty_open_only($self, /)")]
fn _isatty_open_only(cx: &mut Cx, this: &Obj<FileIo>) -> R<bool> {
    if !this.get(cx).may_be_terminal {
        return Ok(false);
    }
    isatty(cx, this)
}

#[native("FileIO._dealloc_warn($self, source, /)", no_signature)]
fn _dealloc_warn(cx: &mut Cx, this: &Obj<FileIo>, source: &Value) -> R<()> {
    warn_unclosed(cx, this, source);
    Ok(())
}

/// ResourceWarning about a file that nobody closed.
pub fn warn_unclosed(cx: &mut Cx, this: &Obj<FileIo>, source: &Value) {
    if this.get(cx).fd < 0 || !this.get(cx).close_fd {
        return;
    }
    let result = ops::repr(cx, source).and_then(|shown| {
        let message = format!("unclosed file {}", shown.to_string_lossy());
        taipan_vm::runtime::warn::warn_of(cx, &exc::RESOURCE_WARNING, &message, 1, source)
    });
    if let Err(raised) = result {
        // A warning made an error is reported, anything else dropped.
        let is_warning = cx.raised_is(&raised, &exc::WARNING);
        let exception = cx.take_raised(raised);
        if is_warning {
            exc::report_ignored(cx, exception, "while finalizing file", source);
        }
    }
}

#[native("FileIO.__getstate__($self, /)", no_signature)]
fn __getstate__(cx: &mut Cx, this: &Value) -> R {
    no_pickle(cx, this)
}

fn payload<'a>(cx: &mut Cx, this: &'a Value) -> R<&'a Obj<FileIo>> {
    match this.cast::<FileIo>() {
        Some(file) => Ok(file),
        None => Err(cx.type_error("descriptor requires a '_io.FileIO' object")),
    }
}

fn mode_text(file: &FileIo) -> &'static str {
    match (file.created, file.appending, file.readable, file.writable) {
        (true, _, true, _) => "xb+",
        (true, ..) => "xb",
        (_, true, true, _) => "ab+",
        (_, true, ..) => "ab",
        (_, _, true, true) => "rb+",
        (_, _, true, false) => "rb",
        _ => "wb",
    }
}

static GETSET: &[GetSetDef] = &[
    GetSetDef {
        name: "closed",
        doc: Some("True if the file is closed"),
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).fd < 0))),
        set: None,
    },
    GetSetDef {
        name: "closefd",
        doc: Some("True if the file descriptor will be closed by close()."),
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).close_fd))),
        set: None,
    },
    GetSetDef {
        name: "mode",
        doc: Some("String giving the file mode"),
        get: Some(|cx, this| {
            let text = mode_text(payload(cx, this)?.get(cx));
            Ok(cx.intern(text).into_value())
        }),
        set: None,
    },
    GetSetDef {
        name: "_blksize",
        doc: Some("Stat st_blksize if available"),
        get: Some(|cx, this| {
            let size = payload(cx, this)?.get(cx).block_size;
            Ok(cx.int(size))
        }),
        set: None,
    },
    GetSetDef {
        name: "_finalizing",
        doc: None,
        get: Some(|cx, this| Ok(Value::bool(payload(cx, this)?.get(cx).finalizing))),
        set: Some(|cx, this, value| {
            let Some(value) = value else {
                return Err(cx.type_error("can't delete numeric/char attribute"));
            };
            let Some(on) = value.as_bool() else {
                return Err(cx.type_error("attribute value type must be bool"));
            };
            payload(cx, this)?.get_mut(cx).finalizing = on;
            Ok(())
        }),
    },
];

fn repr(cx: &mut Cx, this: &Value) -> R {
    let file = payload(cx, this)?;
    let class = this.ty(cx).full_name().into_owned();
    let class = if file.to_value().is_instance_exact(&FILE_IO) { "_io.FileIO".to_owned() } else { class };
    let (fd, mode, close_fd) = {
        let data = file.get(cx);
        (data.fd, mode_text(data), if data.close_fd { "True" } else { "False" })
    };
    if fd < 0 {
        return Ok(cx.str(&format!("<{class} [closed]>")));
    }
    let key = cx.intern("name");
    let Some(name) = ops::getattr_opt(cx, this, &key)? else {
        return Ok(cx.str(&format!("<{class} fd={fd} mode='{mode}' closefd={close_fd}>")));
    };
    if !cx.repr_enter(this) {
        let message = format!("reentrant call inside {class}.__repr__");
        return Err(cx.runtime_error(message));
    }
    let shown = ops::repr(cx, &name);
    cx.repr_leave(this);
    let mut text = taipan_types::support::TextBuilder::default();
    text.push(&format!("<{class} name="));
    let shown = shown?;
    text.push_str(&shown);
    text.push(&format!(" mode='{mode}' closefd={close_fd}>"));
    Ok(text.finish(cx).into_value())
}
