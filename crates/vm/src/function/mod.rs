//! The Python type `function`, and what is bound of it.

pub mod attrs;
pub mod bind;
pub mod cell;
pub mod descriptors;
pub mod method;
pub mod super_;

use taipan_object::object::Trace;
use taipan_object::{Args, Cx, Dict, Handle, Obj, Payload, R, Slots, Tuple, Type, Value, dict, flags, names};

use crate::code::Code;

/// The payload of a function.
#[repr(C)]
pub struct Function {
    /// The code object; `code_ptr` points to it.
    pub code: Value,
    pub code_ptr: *const Obj<Code>,
    pub globals: Value,
    pub globals_ptr: *const Obj<Dict>,
    pub builtins: Value,
    /// A tuple of cells.
    pub closure: Option<Value>,
    /// A tuple.
    pub defaults: Option<Value>,
    /// A dict.
    pub kwdefaults: Option<Value>,
    pub name: Value,
    pub qualname: Value,
    pub doc: Value,
    pub module: Value,
    pub annotations: Option<Value>,
    pub annotate: Option<Value>,
    pub type_params: Option<Value>,
    /// Code objects that `__code__` was set away from: frames that run them borrow from here.
    pub old_codes: Vec<Value>,
}

impl Trace for Function {
    fn trace(&self, visit: &mut dyn FnMut(&Value)) {
        visit(&self.code);
        visit(&self.globals);
        visit(&self.builtins);
        for value in [
            &self.closure,
            &self.defaults,
            &self.kwdefaults,
            &self.annotations,
            &self.annotate,
            &self.type_params,
        ] {
            value.trace(visit);
        }
        visit(&self.name);
        visit(&self.qualname);
        visit(&self.doc);
        visit(&self.module);
        self.old_codes.trace(visit);
    }
    /// Code, globals and names stay: a frame of the garbage may still need them while finalisers run.
    fn clear(&mut self, out: &mut Vec<Value>) {
        for value in [
            &mut self.closure,
            &mut self.defaults,
            &mut self.kwdefaults,
            &mut self.annotations,
            &mut self.annotate,
            &mut self.type_params,
        ] {
            out.extend(value.take());
        }
        out.push(std::mem::replace(&mut self.module, Value::none()));
        out.push(std::mem::replace(&mut self.doc, Value::none()));
    }
}

// SAFETY: `FUNCTION` cannot be subclassed.
unsafe impl Payload for Function {
    const TYPE: &'static Obj<Type> = &FUNCTION;
}

/// `types.FunctionType`.
pub static FUNCTION: Obj<Type> = Obj::new_static_type(
    &taipan_object::ty::TYPE,
    Type::builtin::<Function>("function")
        .base(&taipan_object::ty::OBJECT)
        .flags(flags::WEAKREFABLE | flags::METHOD_DESCRIPTOR)
        .with_attrs()
        .with_slots(Slots {
            call: Some(crate::calls::call_function),
            descr_get: Some(method::function_get),
            repr: Some(attrs::repr),
            new: Some(attrs::new),
            ..Slots::EMPTY
        })
        .defs(&attrs::DEFS)
        .doc("Create a function object."),
);

/// The `builtins` that code with these globals sees: `__builtins__` (a module or a dict), else the interpreter's.
pub fn builtins_for(cx: &mut Cx, globals: &Obj<Dict>) -> R {
    if let Some(found) = dict::get_str(cx, globals, &names::__builtins__)? {
        if found.as_dict().is_some() {
            return Ok(found);
        }
        if let Ok(inner) = dict::instance_dict(cx, &found) {
            return Ok(inner);
        }
    }
    let frame = crate::frame::current(cx);
    if !frame.is_null() {
        // SAFETY: the innermost frame is live.
        return Ok(unsafe { crate::frame::Frame::function(frame) }.get(cx).builtins.clone());
    }
    let builtins = cx.interp().builtins.clone();
    match builtins {
        Some(module) => dict::instance_dict(cx, &module),
        None => Ok(cx.new_dict().into_value()),
    }
}

/// A function over `code` with these globals (a dict).
pub fn new(cx: &mut Cx, code: Handle<Code>, globals: Value, builtins: Value) -> R<Handle<Function>> {
    let Some(globals_dict) = globals.as_dict() else {
        return Err(cx.type_error("function globals must be a dict"));
    };
    let module = dict::get_str(cx, globals_dict, &names::__name__)?.unwrap_or_else(Value::none);
    let globals_ptr: *const Obj<Dict> = globals_dict;
    let doc = match code.source.docstring() {
        Some(_) => code.prepared(cx).consts.first().cloned().unwrap_or_else(Value::none),
        None => Value::none(),
    };
    let function = Function {
        code_ptr: &*code,
        name: code.name.clone(),
        qualname: code.qualname.clone(),
        code: code.into_value(),
        globals,
        globals_ptr,
        builtins,
        closure: None,
        defaults: None,
        kwdefaults: None,
        doc,
        module,
        annotations: None,
        annotate: None,
        type_params: None,
        old_codes: Vec::new(),
    };
    Ok(cx.new_object(function))
}

/// What is asked of a function object.
pub trait FunctionExt {
    /// The code object.
    fn code(&self) -> &Obj<Code>;
    /// The qualified name, for messages.
    fn qualname_text(&self, cx: &Cx) -> String;
    /// The default values of the last positional parameters.
    fn defaults(&self) -> &[Value];
}

impl FunctionExt for Obj<Function> {
    #[inline(always)]
    fn code(&self) -> &Obj<Code> {
        // SAFETY: the function owns it (and every one it ever had).
        unsafe { &*(*self.payload_ptr()).code_ptr }
    }

    fn qualname_text(&self, cx: &Cx) -> String {
        self.get(cx).qualname.as_str().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn defaults(&self) -> &[Value] {
        // SAFETY: looked at only while the token is held by the caller; replaced whole.
        unsafe { (*self.payload_ptr()).defaults.as_ref() }
            .and_then(Value::cast::<Tuple>)
            .map(|t| t.items())
            .unwrap_or_default()
    }
}

/// Calls any callable of which only the vectorcall form matters; for natives that get functions.
pub fn call(cx: &mut Cx, function: &Value, args: Args<'_>) -> R {
    taipan_object::ops::call_args(cx, function, args)
}
