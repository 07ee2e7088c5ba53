//! Small helpers that several types share: building text, making lists through `builtins`.

use taipan_object::{Args, Cx, Handle, Obj, R, Str, Type, Value, ops};

/// Collects the text of a repr: ASCII as long as it is, code points after that.
#[derive(Default)]
pub struct TextBuilder {
    ascii: String,
    /// Everything, once something is not ASCII.
    wide: Option<Vec<u32>>,
}

impl TextBuilder {
    pub fn push(&mut self, text: &str) {
        match &mut self.wide {
            None if text.is_ascii() => self.ascii.push_str(text),
            None => {
                let mut wide: Vec<u32> = self.ascii.chars().map(u32::from).collect();
                wide.extend(text.chars().map(u32::from));
                self.wide = Some(wide);
            }
            Some(wide) => wide.extend(text.chars().map(u32::from)),
        }
    }

    pub fn push_str(&mut self, text: &Obj<Str>) {
        match (text.as_ascii(), &mut self.wide) {
            (Some(ascii), None) => self.ascii.push_str(ascii),
            (_, Some(wide)) => wide.extend(text.chars()),
            (None, None) => {
                let mut wide: Vec<u32> = self.ascii.chars().map(u32::from).collect();
                wide.extend(text.chars());
                self.wide = Some(wide);
            }
        }
    }

    /// Appends `repr(value)`.
    pub fn push_repr(&mut self, cx: &mut Cx, value: &Value) -> R<()> {
        let text = ops::repr(cx, value)?;
        self.push_str(&text);
        Ok(())
    }

    pub fn finish(self, cx: &Cx) -> Handle<Str> {
        match self.wide {
            None => cx.new_str(&self.ascii),
            Some(wide) => cx.str_from_code_points(&wide),
        }
    }
}

/// The reprs of items with `, ` between them and the given text around; `running` is what is shown where `container`
/// contains itself. `item` is asked anew for each position, because a repr may change the container.
pub fn repr_items(
    cx: &mut Cx,
    container: &Value,
    item: impl Fn(&Cx, usize) -> Option<Value>,
    open: &str,
    close: &str,
    running: &str,
) -> R {
    if !cx.repr_enter(container) {
        return Ok(cx.str(running));
    }
    let mut text = TextBuilder::default();
    text.push(open);
    let mut result = Ok(());
    let mut i = 0;
    while let Some(item) = item(cx, i) {
        if i > 0 {
            text.push(", ");
        }
        result = text.push_repr(cx, &item);
        if result.is_err() {
            break;
        }
        i += 1;
    }
    cx.repr_leave(container);
    result?;
    text.push(close);
    Ok(text.finish(cx).into_value())
}

/// A name from the `builtins` module.
pub fn builtin(cx: &mut Cx, name: &str) -> R {
    let builtins = (cx.interp().runtime.builtins)(cx);
    if let Some(dict) = builtins.as_dict() {
        let key = cx.intern(name);
        return match taipan_object::dict::get_str(cx, dict, &key)? {
            Some(value) => Ok(value),
            None => Err(cx.system_error(format!("builtins has no {name}"))),
        };
    }
    ops::getattr_str(cx, &builtins, name)
}

/// `(iter, (items,))`: how an iterator reduces to a list of what is left.
pub fn reduce_iterator(cx: &mut Cx, items: Vec<Value>) -> R {
    let iter = builtin(cx, "iter")?;
    let list = crate::list::new_list(cx, items).into_value();
    let args = cx.tuple_value([list]);
    Ok(cx.tuple_value([iter, args]))
}

/// TypeError if `args` has keywords: `"set() takes no keyword arguments"`.
pub fn no_keywords(cx: &mut Cx, args: Args<'_>, name: &str) -> R<()> {
    if args.has_keywords() {
        Err(cx.type_error(format!("{name}() takes no keyword arguments")))
    } else {
        Ok(())
    }
}

/// As [`no_keywords`] in the `__new__` of a built-in class: a subclass whose `__init__` is its own may take some.
pub fn no_keywords_in_new(cx: &mut Cx, class: &Obj<Type>, base: &Obj<Type>, args: Args<'_>) -> R<()> {
    let own = class.slots().init.map(|f| f as usize) != base.slots().init.map(|f| f as usize);
    if own { Ok(()) } else { no_keywords(cx, args, &base.name()) }
}

/// As [`no_keywords`] in the `__init__` of a built-in class: a subclass whose `__new__` is its own may take some.
pub fn no_keywords_in_init(cx: &mut Cx, this: &Value, base: &Obj<Type>, args: Args<'_>) -> R<()> {
    let own = this.ty(cx).slots().new.map(|f| f as usize) != base.slots().new.map(|f| f as usize);
    if own { Ok(()) } else { no_keywords(cx, args, &base.name()) }
}

/// The only positional argument, if one is given: `"set expected at most 1 argument, got 2"`.
pub fn at_most_one<'a>(cx: &mut Cx, args: Args<'a>, name: &str) -> R<Option<&'a Value>> {
    match args.pos() {
        [] => Ok(None),
        [one] => Ok(Some(one)),
        more => Err(cx.type_error(format!("{name} expected at most 1 argument, got {}", more.len()))),
    }
}

/// `origin[item]` for generic built-in classes.
pub fn class_getitem(cx: &mut Cx, origin: &Value, item: &Value) -> R {
    let make = cx.interp().runtime.generic_alias;
    make(cx, origin, item)
}
