//! The Python type `traceback`, and the entry that each frame adds to an exception that passes it.

use taipan_object::exc::Exception;
use taipan_object::native::{GetSetDef, MemberDef};
use taipan_object::object::Trace;
use taipan_object::{Args, Cx, Obj, Payload, R, Slots, Type, TypeDefs, Value};

use crate::frame::object::FrameObjectExt;
use crate::frame::{self, Frame};

/// The payload.
#[repr(C)]
pub struct Traceback {
    pub next: Option<Value>,
    pub frame: Value,
    /// Index of the instruction in code units; -1 before the first.
    pub lasti: i32,
    /// A program gave an offset inside an instruction, which `tb_lasti` still shows.
    pub odd: bool,
    /// Set where it was given; otherwise made from `lasti`.
    pub line: Option<i32>,
}

impl Trace for Traceback {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        self.next.trace(visit);
        visit(&self.frame);
    }
    fn clear(&mut self, out: &mut Vec<Value>) {
        out.extend(self.next.take());
    }
}

// SAFETY: `TRACEBACK` cannot be subclassed.
unsafe impl Payload for Traceback {
    const TYPE: &'static Obj<Type> = &TRACEBACK;
}

/// `types.TracebackType`.
pub static TRACEBACK: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Traceback>("traceback")
        .base(&taipan_object::ty::OBJECT)
        .with_slots(Slots { new: Some(new), ..Slots::EMPTY })
        .defs(&DEFS)
        .doc("Create a new traceback object."),
);

/// Adds the frame to the traceback of an exception that passes it.
///
/// # Safety
/// The frame is live; its `ip` is saved.
pub unsafe fn here(cx: &mut Cx, frame: *mut Frame, exception: &Value) {
    // SAFETY: live by the caller's promise.
    let (object, lasti) = unsafe { (frame::object::of(cx, frame), Frame::code(frame).lasti((*frame).ip)) };
    let Some(e) = exception.cast::<Exception>() else { return };
    let next = e.get_mut(cx).traceback.take().filter(|t| !t.is_none());
    let made = cx.new_object(Traceback { next, frame: object, lasti, odd: false, line: None }).into_value();
    e.get_mut(cx).traceback = Some(made);
}

/// What is asked of a traceback object.
pub trait TracebackExt {
    /// The line that was executed, where it has one.
    fn line(&self, cx: &Cx) -> Option<i32>;
    /// The code object of the frame.
    fn code(&self, cx: &Cx) -> Option<Value>;
}

impl TracebackExt for Obj<Traceback> {
    fn line(&self, cx: &Cx) -> Option<i32> {
        let data = self.get(cx);
        if data.line.is_some() {
            return data.line;
        }
        let frame = data.frame.cast::<frame::object::FrameObject>()?.frame(cx)?;
        // SAFETY: live as the frame object says.
        unsafe { Frame::code(frame) }.line_of(data.lasti)
    }

    fn code(&self, cx: &Cx) -> Option<Value> {
        let frame = self.get(cx).frame.cast::<frame::object::FrameObject>()?.frame(cx)?;
        // SAFETY: live as the frame object says.
        Some(unsafe { Frame::code(frame) }.to_value())
    }
}

fn new(cx: &mut Cx, _ty: &Obj<Type>, args: Args<'_>) -> R {
    let mut given: [Option<&Value>; 4] = [None; 4];
    for (slot, value) in given.iter_mut().zip(args.pos()) {
        *slot = Some(value);
    }
    for (name, value) in args.keywords() {
        if let Some(i) = ["tb_next", "tb_frame", "tb_lasti", "tb_lineno"].iter().position(|n| name.eq_str(n))
        {
            given[i] = Some(value);
        }
    }
    let [Some(next), Some(frame), Some(lasti), Some(line)] = given else {
        return Err(
            cx.type_error(format!("traceback() takes exactly 4 arguments ({} given)", args.values().len()))
        );
    };
    if !next.is_none() && next.cast::<Traceback>().is_none() {
        let message = format!("expected traceback object or None, got '{}'", next.type_name(cx));
        return Err(cx.type_error(message));
    }
    if frame.cast::<frame::object::FrameObject>().is_none() {
        let message = format!("traceback() argument 'tb_frame' must be frame, not {}", frame.type_name(cx));
        return Err(cx.type_error(message));
    }
    let lasti = taipan_object::int::index_i64(cx, lasti)?;
    let line = taipan_object::int::index_i64(cx, line)?;
    let made = Traceback {
        next: Some(next.clone()).filter(|n| !n.is_none()),
        frame: frame.clone(),
        lasti: lasti.div_euclid(2) as i32,
        odd: lasti >= 0 && lasti % 2 != 0,
        line: Some(line as i32),
    };
    Ok(cx.new_object(made).into_value())
}

fn get_next(cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<Traceback>().and_then(|t| t.get(cx).next.clone()).unwrap_or_else(Value::none))
}

fn set_next(cx: &mut Cx, value: &Value, new: Option<&Value>) -> R<()> {
    let Some(new) = new else { return Err(cx.type_error("can't delete tb_next attribute")) };
    if !new.is_none() && new.cast::<Traceback>().is_none() {
        let message = format!("expected traceback object, got '{}'", new.type_name(cx));
        return Err(cx.type_error(message));
    }
    let mut at = new.clone();
    while let Some(t) = at.cast::<Traceback>() {
        if at.is(value) {
            return Err(cx.value_error("traceback loop detected"));
        }
        match t.get(cx).next.clone() {
            Some(next) => at = next,
            None => break,
        }
    }
    if let Some(t) = value.cast::<Traceback>() {
        let old = std::mem::replace(&mut t.get_mut(cx).next, Some(new.clone()).filter(|n| !n.is_none()));
        drop(old);
    }
    Ok(())
}

fn get_frame(cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<Traceback>().map_or_else(Value::none, |t| t.get(cx).frame.clone()))
}

fn get_lasti(cx: &mut Cx, value: &Value) -> R {
    let (lasti, odd) = value.cast::<Traceback>().map_or((-1, false), |t| (t.get(cx).lasti, t.get(cx).odd));
    Ok(Value::small_int(if lasti < 0 { -1 } else { lasti.saturating_mul(2) + i32::from(odd) }))
}

fn get_lineno(cx: &mut Cx, value: &Value) -> R {
    Ok(value.cast::<Traceback>().and_then(|t| t.line(cx)).map_or_else(Value::none, Value::small_int))
}

static DEFS: TypeDefs = TypeDefs {
    methods: &[],
    getset: &[
        GetSetDef { name: "tb_next", doc: None, get: Some(get_next), set: Some(set_next) },
        GetSetDef { name: "tb_lineno", doc: None, get: Some(get_lineno), set: None },
    ],
    members: &[
        MemberDef { name: "tb_frame", doc: None, get: get_frame, set: None },
        MemberDef { name: "tb_lasti", doc: None, get: get_lasti, set: None },
    ],
    extra: None,
};
