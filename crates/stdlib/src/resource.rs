//! `resource`: limits, and what the process has used.

use crate::support::{host, sys};
use taipan_host::{HostError, process::Usage};
use taipan_macros::{native, natives};
use taipan_object::{Cx, R, Raised, Value, exc, int, ops};
use taipan_types::module::{ModuleDef, set};
use taipan_types::structseq::{self, Field, StructSeq};

static STRUCT_RUSAGE: StructSeq = StructSeq {
    name: "resource.struct_rusage",
    doc: "struct_rusage: Result from getrusage.\n\nThis object may be accessed either as a tuple of\n    (utime,stime,maxrss,ixrss,idrss,isrss,minflt,majflt,\n    nswap,inblock,oublock,msgsnd,msgrcv,nsignals,nvcsw,nivcsw)\nor via the attributes ru_utime, ru_stime, ru_maxrss, and so on.",
    fields: &[
        Field { name: "ru_utime", doc: "user time used" },
        Field { name: "ru_stime", doc: "system time used" },
        Field { name: "ru_maxrss", doc: "max. resident set size" },
        Field { name: "ru_ixrss", doc: "shared memory size" },
        Field { name: "ru_idrss", doc: "unshared data size" },
        Field { name: "ru_isrss", doc: "unshared stack size" },
        Field { name: "ru_minflt", doc: "page faults not requiring I/O" },
        Field { name: "ru_majflt", doc: "page faults requiring I/O" },
        Field { name: "ru_nswap", doc: "number of swap outs" },
        Field { name: "ru_inblock", doc: "block input operations" },
        Field { name: "ru_oublock", doc: "block output operations" },
        Field { name: "ru_msgsnd", doc: "IPC messages sent" },
        Field { name: "ru_msgrcv", doc: "IPC messages received" },
        Field { name: "ru_nsignals", doc: "signals received" },
        Field { name: "ru_nvcsw", doc: "voluntary context switches" },
        Field { name: "ru_nivcsw", doc: "involuntary context switches" },
    ],
    visible: 16,
    instantiable: true,
};

/// This interpreter's `struct_rusage`.
#[derive(Default)]
struct State {
    class: Option<Value>,
}

/// How many kinds of limits there are.
const LIMITS: i32 = 16;

fn usage_value(cx: &mut Cx, usage: &Usage) -> R {
    let seconds = |time: taipan_host::files::TimeSpec| time.as_nanoseconds() as f64 / 1e9;
    let mut values = vec![cx.float(seconds(usage.user_time)), cx.float(seconds(usage.system_time))];
    values.extend(usage.counts.iter().map(|&count| cx.int(count)));
    let class = cx.interp_mut().state::<State>().class.clone();
    match class.as_ref().and_then(Value::as_type) {
        Some(class) => structseq::new(cx, class, values),
        None => Err(cx.system_error("the resource module is not initialised")),
    }
}

fn check_resource(cx: &mut Cx, resource: i32) -> R<()> {
    if (0..LIMITS).contains(&resource) { Ok(()) } else { Err(cx.value_error("invalid resource specified")) }
}

/// A limit as Python shows it: -1 for none.
fn limit_value(cx: &mut Cx, limit: u64) -> Value {
    cx.int(limit as i64)
}

fn limits_value(cx: &mut Cx, (soft, hard): (u64, u64)) -> Value {
    let pair = [limit_value(cx, soft), limit_value(cx, hard)];
    cx.tuple_value(pair)
}

/// The two limits of a sequence.
fn limits(cx: &mut Cx, value: &Value) -> R<(u64, u64)> {
    let items = ops::collect(cx, value)?;
    let [soft, hard] = items.as_slice() else {
        return Err(cx.value_error("expected a tuple of 2 integers"));
    };
    let mut limit = |value: &Value| -> R<u64> {
        let number = int::index(cx, value)?;
        match number.as_int().and_then(|i| i.to_i64()) {
            Some(-1) => Ok(u64::MAX),
            Some(number) => u64::try_from(number).map_err(|_| cx.value_error("Cannot convert negative int")),
            None => Err(cx.overflow_error("Python int too large to convert to C rlim_t")),
        }
    };
    Ok((limit(soft)?, limit(hard)?))
}

/// Reads or changes a limit. What the system takes for wrong values is ValueError here.
fn change(cx: &mut Cx, pid: i32, resource: i32, new: Option<(u64, u64)>) -> R<(u64, u64)> {
    match host(cx).limit(pid, resource, new) {
        Ok(limits) => Ok(limits),
        Err(error) => Err(refused(cx, error)),
    }
}

#[cold]
fn refused(cx: &mut Cx, error: HostError) -> Raised {
    match error.errno {
        libc::EINVAL => cx.value_error("current limit exceeds maximum limit"),
        libc::EPERM => cx.value_error("not allowed to raise maximum limit"),
        _ => crate::support::raise_os(cx, error, None, None),
    }
}

#[native("resource.getrlimit(resource, /)")]
fn getrlimit(cx: &mut Cx, resource: i32) -> R {
    check_resource(cx, resource)?;
    let limits = sys(cx, |host| host.limit(0, resource, None))?;
    Ok(limits_value(cx, limits))
}

#[native("resource.setrlimit(resource, limits, /)")]
fn setrlimit(cx: &mut Cx, resource: i32, new: &Value) -> R<()> {
    check_resource(cx, resource)?;
    let number = cx.int(resource.into());
    crate::support::audit(cx, "resource.setrlimit", &[number, new.clone()])?;
    let new = limits(cx, new)?;
    change(cx, 0, resource, Some(new)).map(drop)
}

#[native("resource.prlimit(pid, resource, limits=None, /)")]
fn prlimit(cx: &mut Cx, pid: i32, resource: i32, new: Option<&Value>) -> R {
    check_resource(cx, resource)?;
    let new = match new.filter(|value| !value.is_none()) {
        Some(value) => Some(limits(cx, value)?),
        None => None,
    };
    let old = change(cx, pid, resource, new)?;
    Ok(limits_value(cx, old))
}

#[native("resource.getrusage(who, /)")]
fn getrusage(cx: &mut Cx, who: i32) -> R {
    match host(cx).usage(who) {
        Ok(usage) => usage_value(cx, &usage),
        Err(HostError { errno: libc::EINVAL, .. }) => Err(cx.value_error("invalid who parameter")),
        Err(error) => Err(crate::support::raise_os(cx, error, None, None)),
    }
}

#[native("resource.getpagesize()")]
fn getpagesize(cx: &mut Cx) -> R<i64> {
    Ok(sys(cx, |host| host.sysconf(libc::_SC_PAGESIZE))?.unwrap_or(4096))
}

fn init(cx: &mut Cx, module: &Value) -> R<()> {
    let class = structseq::new_type(cx, &STRUCT_RUSAGE)?.into_value();
    cx.interp_mut().state::<State>().class = Some(class.clone());
    set(cx, module, "struct_rusage", class)?;
    set(cx, module, "error", exc::OS_ERROR.to_value())?;
    for (name, number) in [
        ("RLIMIT_CPU", 0),
        ("RLIMIT_FSIZE", 1),
        ("RLIMIT_DATA", 2),
        ("RLIMIT_STACK", 3),
        ("RLIMIT_CORE", 4),
        ("RLIMIT_RSS", 5),
        ("RLIMIT_NPROC", 6),
        ("RLIMIT_NOFILE", 7),
        ("RLIMIT_OFILE", 7),
        ("RLIMIT_MEMLOCK", 8),
        ("RLIMIT_AS", 9),
        ("RLIMIT_SIGPENDING", 11),
        ("RLIMIT_MSGQUEUE", 12),
        ("RLIMIT_NICE", 13),
        ("RLIMIT_RTPRIO", 14),
        ("RLIMIT_RTTIME", 15),
        ("RLIM_INFINITY", -1),
        ("RUSAGE_SELF", 0),
        ("RUSAGE_CHILDREN", -1),
        ("RUSAGE_THREAD", 1),
    ] {
        let number = cx.int(number);
        set(cx, module, name, number)?;
    }
    Ok(())
}

pub static MODULE: ModuleDef = ModuleDef {
    name: "resource",
    functions: natives![getrlimit, setrlimit, prlimit, getrusage, getpagesize],
    init: Some(init),
    ..ModuleDef::EMPTY
};
