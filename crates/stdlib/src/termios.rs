//! `termios`: the settings of terminals.

use taipan_host::terminal::TerminalSettings;
use taipan_macros::{native, natives};
use taipan_object::exc;
use taipan_object::ty::TYPE;
use taipan_object::{Cx, R, Raised, Tuple, Value, dict, int, names, ops};
use taipan_types::list::{List, new_list};
use taipan_types::module::{ModuleDef, set};

use crate::support::{attempt, descriptor};

#[derive(Default)]
struct State(Option<Value>);

fn error_class(cx: &mut Cx) -> R {
    if let Some(class) = &cx.interp_mut().state::<State>().0 {
        return Ok(class.clone());
    }
    let name = cx.intern("error").into_value();
    let bases = cx.tuple_value([exc::EXCEPTION.to_value()]);
    let namespace = cx.new_dict();
    let module = cx.intern("termios").into_value();
    dict::set_str(cx, &namespace, &names::__module__, module)?;
    let class = ops::call(cx, &TYPE.to_value(), &[name, bases, namespace.into_value()])?;
    cx.interp_mut().state::<State>().0 = Some(class.clone());
    Ok(class)
}

/// `termios.error(errno, text)`.
fn raise(cx: &mut Cx, error: taipan_host::HostError) -> Raised {
    let made = error_class(cx).and_then(|class| {
        let (number, text) = (cx.int(error.errno.into()), cx.str(&error.message()));
        ops::call(cx, &class, &[number, text])
    });
    match made {
        Ok(exception) => exc::raise(cx, exception),
        Err(raised) => raised,
    }
}

fn ask<T>(cx: &mut Cx, call: impl FnMut(&dyn taipan_host::Host) -> taipan_host::Result<T>) -> R<T> {
    attempt(cx, call)?.map_err(|error| raise(cx, error))
}

/// Get the tty attributes for file descriptor fd.
#[native("termios.tcgetattr(fd, /)")]
fn tcgetattr(cx: &mut Cx, fd: &Value) -> R {
    let fd = descriptor(cx, fd)?;
    let found = ask(cx, |host| host.terminal_settings(fd))?;
    let canonical = found.local & libc::ICANON != 0;
    let mut characters: Vec<Value> = found.characters.iter().map(|c| cx.bytes(&[*c])).collect();
    if !canonical {
        for i in [libc::VMIN, libc::VTIME] {
            if let Some(place) = characters.get_mut(i) {
                *place = cx.int(found.characters[i].into());
            }
        }
    }
    let characters = new_list(cx, characters).into_value();
    let mut items: Vec<Value> =
        [found.input, found.output, found.control, found.local, found.input_speed, found.output_speed]
            .iter()
            .map(|n| cx.int((*n).into()))
            .collect();
    items.push(characters);
    Ok(new_list(cx, items).into_value())
}

fn number(cx: &mut Cx, value: &Value) -> R<u32> {
    int::index_i64(cx, value).map(|n| n as u32)
}

/// Set the tty attributes for file descriptor fd.
#[native("termios.tcsetattr(fd, when, attributes, /)")]
fn tcsetattr(cx: &mut Cx, fd: &Value, when: i32, attributes: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let items = match attributes.cast::<List>().map(|l| l.get(cx).items.clone()) {
        Some(items) if items.len() == 7 => items,
        _ => return Err(cx.type_error("tcsetattr, arg 3: must be 7 element list")),
    };
    let characters = match items[6].cast::<List>().map(|l| l.get(cx).items.clone()) {
        Some(characters) if characters.len() == 32 => characters,
        _ => return Err(cx.type_error("tcsetattr: attributes[6] must be 32 element list")),
    };
    let mut settings = TerminalSettings {
        input: number(cx, &items[0])?,
        output: number(cx, &items[1])?,
        control: number(cx, &items[2])?,
        local: number(cx, &items[3])?,
        input_speed: number(cx, &items[4])?,
        output_speed: number(cx, &items[5])?,
        characters: [0; 32],
    };
    for (place, value) in settings.characters.iter_mut().zip(&characters) {
        *place = match (value.as_bytes().map(|b| b.as_slice()), value.as_int().and_then(|i| i.to_i64())) {
            (Some([byte]), _) => *byte,
            (_, Some(n)) => n as u8,
            _ => {
                let message = "tcsetattr: elements of attributes must be characters or integers";
                return Err(cx.type_error(message));
            }
        };
    }
    ask(cx, |host| host.set_terminal_settings(fd, when, &settings))
}

/// Send a break on file descriptor fd.
#[native("termios.tcsendbreak(fd, duration, /)")]
fn tcsendbreak(cx: &mut Cx, fd: &Value, duration: i32) -> R<()> {
    let fd = descriptor(cx, fd)?;
    ask(cx, |host| host.send_break(fd, duration))
}

/// Wait until all output written to file descriptor fd has been transmitted.
#[native("termios.tcdrain(fd, /)")]
fn tcdrain(cx: &mut Cx, fd: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    ask(cx, |host| host.drain(fd))
}

/// Discard queued data on file descriptor fd.
#[native("termios.tcflush(fd, queue, /)")]
fn tcflush(cx: &mut Cx, fd: &Value, queue: i32) -> R<()> {
    let fd = descriptor(cx, fd)?;
    ask(cx, |host| host.flush_queue(fd, queue))
}

/// Suspend or resume input or output on file descriptor fd.
#[native("termios.tcflow(fd, action, /)")]
fn tcflow(cx: &mut Cx, fd: &Value, action: i32) -> R<()> {
    let fd = descriptor(cx, fd)?;
    ask(cx, |host| host.flow(fd, action))
}

/// Get the tty winsize for file descriptor fd.
///
/// Returns a tuple (ws_row, ws_col).
#[native("termios.tcgetwinsize(fd, /)")]
fn tcgetwinsize(cx: &mut Cx, fd: &Value) -> R {
    let fd = descriptor(cx, fd)?;
    let (columns, lines) = ask(cx, |host| host.terminal_size(fd))?;
    let (lines, columns) = (cx.int(lines.into()), cx.int(columns.into()));
    Ok(cx.tuple_value([lines, columns]))
}

/// Set the tty winsize for file descriptor fd.
#[native("termios.tcsetwinsize(fd, winsize, /)")]
fn tcsetwinsize(cx: &mut Cx, fd: &Value, winsize: &Value) -> R<()> {
    let fd = descriptor(cx, fd)?;
    let wrong = "tcsetwinsize, arg 2: must be a two-item sequence";
    if winsize.cast::<Tuple>().is_none() && winsize.cast::<List>().is_none() {
        return Err(cx.type_error(wrong));
    }
    let items = ops::collect(cx, winsize)?;
    let [lines, columns] = &items[..] else { return Err(cx.type_error(wrong)) };
    let (lines, columns) = (int::index_i64(cx, lines)?, int::index_i64(cx, columns)?);
    let (Ok(lines), Ok(columns)) = (u16::try_from(lines), u16::try_from(columns)) else {
        return Err(cx.overflow_error("winsize value(s) out of range."));
    };
    ask(cx, |host| host.set_terminal_size(fd, columns, lines))
}

static CONSTANTS: &[(&str, i64)] = &[
    ("B0", 0),
    ("B1000000", 1000000),
    ("B110", 110),
    ("B115200", 115200),
    ("B1152000", 1152000),
    ("B1200", 1200),
    ("B134", 134),
    ("B14400", 14400),
    ("B150", 150),
    ("B1500000", 1500000),
    ("B1800", 1800),
    ("B19200", 19200),
    ("B200", 200),
    ("B2000000", 2000000),
    ("B230400", 230400),
    ("B2400", 2400),
    ("B2500000", 2500000),
    ("B28800", 28800),
    ("B300", 300),
    ("B3000000", 3000000),
    ("B3500000", 3500000),
    ("B38400", 38400),
    ("B4000000", 4000000),
    ("B460800", 460800),
    ("B4800", 4800),
    ("B50", 50),
    ("B500000", 500000),
    ("B57600", 57600),
    ("B576000", 576000),
    ("B600", 600),
    ("B7200", 7200),
    ("B75", 75),
    ("B76800", 76800),
    ("B921600", 921600),
    ("B9600", 9600),
    ("BRKINT", 2),
    ("BS0", 0),
    ("BS1", 8192),
    ("BSDLY", 8192),
    ("CBAUD", 4111),
    ("CBAUDEX", 4096),
    ("CDSUSP", 25),
    ("CEOF", 4),
    ("CEOL", 0),
    ("CEOT", 4),
    ("CERASE", 127),
    ("CFLUSH", 15),
    ("CIBAUD", 269418496),
    ("CINTR", 3),
    ("CKILL", 21),
    ("CLNEXT", 22),
    ("CLOCAL", 2048),
    ("CQUIT", 28),
    ("CR0", 0),
    ("CR1", 512),
    ("CR2", 1024),
    ("CR3", 1536),
    ("CRDLY", 1536),
    ("CREAD", 128),
    ("CRPRNT", 18),
    ("CRTSCTS", 2147483648),
    ("CS5", 0),
    ("CS6", 16),
    ("CS7", 32),
    ("CS8", 48),
    ("CSIZE", 48),
    ("CSTART", 17),
    ("CSTOP", 19),
    ("CSTOPB", 64),
    ("CSUSP", 26),
    ("CWERASE", 23),
    ("ECHO", 8),
    ("ECHOCTL", 512),
    ("ECHOE", 16),
    ("ECHOK", 32),
    ("ECHOKE", 2048),
    ("ECHONL", 64),
    ("ECHOPRT", 1024),
    ("EXTA", 19200),
    ("EXTB", 38400),
    ("EXTPROC", 65536),
    ("FF0", 0),
    ("FF1", 32768),
    ("FFDLY", 32768),
    ("FIOASYNC", 21586),
    ("FIOCLEX", 21585),
    ("FIONBIO", 21537),
    ("FIONCLEX", 21584),
    ("FIONREAD", 21531),
    ("FLUSHO", 4096),
    ("HUPCL", 1024),
    ("IBSHIFT", 16),
    ("ICANON", 2),
    ("ICRNL", 256),
    ("IEXTEN", 32768),
    ("IGNBRK", 1),
    ("IGNCR", 128),
    ("IGNPAR", 4),
    ("IMAXBEL", 8192),
    ("INLCR", 64),
    ("INPCK", 16),
    ("IOCSIZE_MASK", 1073676288),
    ("IOCSIZE_SHIFT", 16),
    ("ISIG", 1),
    ("ISTRIP", 32),
    ("IUCLC", 512),
    ("IUTF8", 16384),
    ("IXANY", 2048),
    ("IXOFF", 4096),
    ("IXON", 1024),
    ("NCCS", 32),
    ("NL0", 0),
    ("NL1", 256),
    ("NLDLY", 256),
    ("NOFLSH", 128),
    ("N_MOUSE", 2),
    ("N_PPP", 3),
    ("N_SLIP", 1),
    ("N_STRIP", 4),
    ("N_TTY", 0),
    ("OCRNL", 8),
    ("OFDEL", 128),
    ("OFILL", 64),
    ("OLCUC", 2),
    ("ONLCR", 4),
    ("ONLRET", 32),
    ("ONOCR", 16),
    ("OPOST", 1),
    ("PARENB", 256),
    ("PARMRK", 8),
    ("PARODD", 512),
    ("PENDIN", 16384),
    ("TAB0", 0),
    ("TAB1", 2048),
    ("TAB2", 4096),
    ("TAB3", 6144),
    ("TABDLY", 6144),
    ("TCFLSH", 21515),
    ("TCGETS", 21505),
    ("TCIFLUSH", 0),
    ("TCIOFF", 2),
    ("TCIOFLUSH", 2),
    ("TCION", 3),
    ("TCOFLUSH", 1),
    ("TCOOFF", 0),
    ("TCOON", 1),
    ("TCSADRAIN", 1),
    ("TCSAFLUSH", 2),
    ("TCSANOW", 0),
    ("TCSBRK", 21513),
    ("TCSBRKP", 21541),
    ("TCSETS", 21506),
    ("TCSETSF", 21508),
    ("TCSETSW", 21507),
    ("TCXONC", 21514),
    ("TIOCCONS", 21533),
    ("TIOCEXCL", 21516),
    ("TIOCGETD", 21540),
    ("TIOCGICOUNT", 21597),
    ("TIOCGLCKTRMIOS", 21590),
    ("TIOCGPGRP", 21519),
    ("TIOCGSERIAL", 21534),
    ("TIOCGSOFTCAR", 21529),
    ("TIOCGWINSZ", 21523),
    ("TIOCINQ", 21531),
    ("TIOCLINUX", 21532),
    ("TIOCMBIC", 21527),
    ("TIOCMBIS", 21526),
    ("TIOCMGET", 21525),
    ("TIOCMIWAIT", 21596),
    ("TIOCMSET", 21528),
    ("TIOCM_CAR", 64),
    ("TIOCM_CD", 64),
    ("TIOCM_CTS", 32),
    ("TIOCM_DSR", 256),
    ("TIOCM_DTR", 2),
    ("TIOCM_LE", 1),
    ("TIOCM_RI", 128),
    ("TIOCM_RNG", 128),
    ("TIOCM_RTS", 4),
    ("TIOCM_SR", 16),
    ("TIOCM_ST", 8),
    ("TIOCNOTTY", 21538),
    ("TIOCNXCL", 21517),
    ("TIOCOUTQ", 21521),
    ("TIOCPKT", 21536),
    ("TIOCPKT_DATA", 0),
    ("TIOCPKT_DOSTOP", 32),
    ("TIOCPKT_FLUSHREAD", 1),
    ("TIOCPKT_FLUSHWRITE", 2),
    ("TIOCPKT_NOSTOP", 16),
    ("TIOCPKT_START", 8),
    ("TIOCPKT_STOP", 4),
    ("TIOCSCTTY", 21518),
    ("TIOCSERCONFIG", 21587),
    ("TIOCSERGETLSR", 21593),
    ("TIOCSERGETMULTI", 21594),
    ("TIOCSERGSTRUCT", 21592),
    ("TIOCSERGWILD", 21588),
    ("TIOCSERSETMULTI", 21595),
    ("TIOCSERSWILD", 21589),
    ("TIOCSER_TEMT", 1),
    ("TIOCSETD", 21539),
    ("TIOCSLCKTRMIOS", 21591),
    ("TIOCSPGRP", 21520),
    ("TIOCSSERIAL", 21535),
    ("TIOCSSOFTCAR", 21530),
    ("TIOCSTI", 21522),
    ("TIOCSWINSZ", 21524),
    ("TOSTOP", 256),
    ("VDISCARD", 13),
    ("VEOF", 4),
    ("VEOL", 11),
    ("VEOL2", 16),
    ("VERASE", 2),
    ("VINTR", 0),
    ("VKILL", 3),
    ("VLNEXT", 15),
    ("VMIN", 6),
    ("VQUIT", 1),
    ("VREPRINT", 12),
    ("VSTART", 8),
    ("VSTOP", 9),
    ("VSUSP", 10),
    ("VSWTC", 7),
    ("VSWTCH", 7),
    ("VT0", 0),
    ("VT1", 16384),
    ("VTDLY", 16384),
    ("VTIME", 5),
    ("VWERASE", 14),
    ("XCASE", 4),
    ("XTABS", 6144),
    ("_POSIX_VDISABLE", 0),
];

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    for (name, number) in CONSTANTS {
        let number = cx.int(*number);
        set(cx, module, name, number)?;
    }
    let class = error_class(cx)?;
    set(cx, module, "error", class)
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "termios",
    functions: natives![
        tcgetattr,
        tcsetattr,
        tcsendbreak,
        tcdrain,
        tcflush,
        tcflow,
        tcgetwinsize,
        tcsetwinsize
    ],
    init: Some(init),
    ..ModuleDef::EMPTY
};
