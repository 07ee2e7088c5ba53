//! The dispatch loop, made over the instruction bodies of [`crate::ops`].
//!
//! Its registers are locals held by value; bodies get them and give them back. A Python call changes the frame register and
//! goes on: only native code that calls Python runs another loop.

use taipan_bytecode::Opcode as O;
use taipan_object::{Cx, R, Raised};

use crate::code::Unit;
use crate::frame::Frame;
use crate::monitor;
use crate::ops::{
    Regs, Step, arithmetic, attributes, away, calls, class_calls, compare, containers, exceptions,
    generators, imports, intrinsics, iteration, matching, names, op, stack, strings,
};
use crate::record;
use crate::slot::Slot;
use crate::unwind::unwind;

/// CPython's opcode numbers as patterns.
#[rustfmt::skip]
pub mod numbers {
    use super::O;
    pub const LOAD_FAST: u16 = O::LOAD_FAST as u16;
    pub const LOAD_FAST_BORROW: u16 = O::LOAD_FAST_BORROW as u16;
    pub const LOAD_FAST_BORROW_LOAD_FAST_BORROW: u16 = O::LOAD_FAST_BORROW_LOAD_FAST_BORROW as u16;
    pub const LOAD_FAST_LOAD_FAST: u16 = O::LOAD_FAST_LOAD_FAST as u16;
    pub const LOAD_FAST_CHECK: u16 = O::LOAD_FAST_CHECK as u16;
    pub const LOAD_FAST_AND_CLEAR: u16 = O::LOAD_FAST_AND_CLEAR as u16;
    pub const STORE_FAST: u16 = O::STORE_FAST as u16;
    pub const STORE_FAST_LOAD_FAST: u16 = O::STORE_FAST_LOAD_FAST as u16;
    pub const STORE_FAST_STORE_FAST: u16 = O::STORE_FAST_STORE_FAST as u16;
    pub const DELETE_FAST: u16 = O::DELETE_FAST as u16;
    pub const LOAD_CONST: u16 = O::LOAD_CONST as u16;
    pub const LOAD_SMALL_INT: u16 = O::LOAD_SMALL_INT as u16;
    pub const LOAD_COMMON_CONSTANT: u16 = O::LOAD_COMMON_CONSTANT as u16;
    pub const PUSH_NULL: u16 = O::PUSH_NULL as u16;
    pub const POP_TOP: u16 = O::POP_TOP as u16;
    pub const POP_ITER: u16 = O::POP_ITER as u16;
    pub const COPY: u16 = O::COPY as u16;
    pub const SWAP: u16 = O::SWAP as u16;
    pub const NOP: u16 = O::NOP as u16;
    pub const NOT_TAKEN: u16 = O::NOT_TAKEN as u16;
    pub const CACHE: u16 = O::CACHE as u16;
    pub const JUMP_FORWARD: u16 = O::JUMP_FORWARD as u16;
    pub const JUMP_BACKWARD: u16 = O::JUMP_BACKWARD as u16;
    pub const JUMP_BACKWARD_NO_INTERRUPT: u16 = O::JUMP_BACKWARD_NO_INTERRUPT as u16;
    pub const RESUME: u16 = O::RESUME as u16;
    pub const POP_JUMP_IF_FALSE: u16 = O::POP_JUMP_IF_FALSE as u16;
    pub const POP_JUMP_IF_TRUE: u16 = O::POP_JUMP_IF_TRUE as u16;
    pub const POP_JUMP_IF_NONE: u16 = O::POP_JUMP_IF_NONE as u16;
    pub const POP_JUMP_IF_NOT_NONE: u16 = O::POP_JUMP_IF_NOT_NONE as u16;
    pub const UNARY_NOT: u16 = O::UNARY_NOT as u16;
    pub const IS_OP: u16 = O::IS_OP as u16;
    pub const TO_BOOL: u16 = O::TO_BOOL as u16;
    pub const MAKE_CELL: u16 = O::MAKE_CELL as u16;
    pub const COPY_FREE_VARS: u16 = O::COPY_FREE_VARS as u16;
    pub const LOAD_DEREF: u16 = O::LOAD_DEREF as u16;
    pub const STORE_DEREF: u16 = O::STORE_DEREF as u16;
    pub const DELETE_DEREF: u16 = O::DELETE_DEREF as u16;
    pub const UNARY_NEGATIVE: u16 = O::UNARY_NEGATIVE as u16;
    pub const UNARY_INVERT: u16 = O::UNARY_INVERT as u16;
    pub const BINARY_OP: u16 = O::BINARY_OP as u16;
    pub const CONTAINS_OP: u16 = O::CONTAINS_OP as u16;
    pub const STORE_SUBSCR: u16 = O::STORE_SUBSCR as u16;
    pub const DELETE_SUBSCR: u16 = O::DELETE_SUBSCR as u16;
    pub const BINARY_SLICE: u16 = O::BINARY_SLICE as u16;
    pub const STORE_SLICE: u16 = O::STORE_SLICE as u16;
    pub const BUILD_TUPLE: u16 = O::BUILD_TUPLE as u16;
    pub const BUILD_LIST: u16 = O::BUILD_LIST as u16;
    pub const BUILD_SET: u16 = O::BUILD_SET as u16;
    pub const BUILD_MAP: u16 = O::BUILD_MAP as u16;
    pub const BUILD_SLICE: u16 = O::BUILD_SLICE as u16;
    pub const LIST_APPEND: u16 = O::LIST_APPEND as u16;
    pub const LIST_EXTEND: u16 = O::LIST_EXTEND as u16;
    pub const SET_ADD: u16 = O::SET_ADD as u16;
    pub const SET_UPDATE: u16 = O::SET_UPDATE as u16;
    pub const MAP_ADD: u16 = O::MAP_ADD as u16;
    pub const DICT_UPDATE: u16 = O::DICT_UPDATE as u16;
    pub const DICT_MERGE: u16 = O::DICT_MERGE as u16;
    pub const UNPACK_SEQUENCE: u16 = O::UNPACK_SEQUENCE as u16;
    pub const UNPACK_EX: u16 = O::UNPACK_EX as u16;
    pub const GET_ITER: u16 = O::GET_ITER as u16;
    pub const GET_YIELD_FROM_ITER: u16 = O::GET_YIELD_FROM_ITER as u16;
    pub const FOR_ITER: u16 = O::FOR_ITER as u16;
    pub const END_FOR: u16 = O::END_FOR as u16;
    pub const END_SEND: u16 = O::END_SEND as u16;
    pub const GET_LEN: u16 = O::GET_LEN as u16;
    pub const LOAD_GLOBAL: u16 = O::LOAD_GLOBAL as u16;
    pub const LOAD_NAME: u16 = O::LOAD_NAME as u16;
    pub const STORE_NAME: u16 = O::STORE_NAME as u16;
    pub const DELETE_NAME: u16 = O::DELETE_NAME as u16;
    pub const STORE_GLOBAL: u16 = O::STORE_GLOBAL as u16;
    pub const DELETE_GLOBAL: u16 = O::DELETE_GLOBAL as u16;
    pub const LOAD_LOCALS: u16 = O::LOAD_LOCALS as u16;
    pub const LOAD_FROM_DICT_OR_DEREF: u16 = O::LOAD_FROM_DICT_OR_DEREF as u16;
    pub const LOAD_FROM_DICT_OR_GLOBALS: u16 = O::LOAD_FROM_DICT_OR_GLOBALS as u16;
    pub const SETUP_ANNOTATIONS: u16 = O::SETUP_ANNOTATIONS as u16;
    pub const LOAD_BUILD_CLASS: u16 = O::LOAD_BUILD_CLASS as u16;
    pub const LOAD_ATTR: u16 = O::LOAD_ATTR as u16;
    pub const STORE_ATTR: u16 = O::STORE_ATTR as u16;
    pub const DELETE_ATTR: u16 = O::DELETE_ATTR as u16;
    pub const LOAD_SUPER_ATTR: u16 = O::LOAD_SUPER_ATTR as u16;
    pub const CALL: u16 = O::CALL as u16;
    pub const CALL_KW: u16 = O::CALL_KW as u16;
    pub const CALL_FUNCTION_EX: u16 = O::CALL_FUNCTION_EX as u16;
    pub const RETURN_VALUE: u16 = O::RETURN_VALUE as u16;
    pub const MAKE_FUNCTION: u16 = O::MAKE_FUNCTION as u16;
    pub const SET_FUNCTION_ATTRIBUTE: u16 = O::SET_FUNCTION_ATTRIBUTE as u16;
    pub const RAISE_VARARGS: u16 = O::RAISE_VARARGS as u16;
    pub const RERAISE: u16 = O::RERAISE as u16;
    pub const PUSH_EXC_INFO: u16 = O::PUSH_EXC_INFO as u16;
    pub const POP_EXCEPT: u16 = O::POP_EXCEPT as u16;
    pub const CHECK_EXC_MATCH: u16 = O::CHECK_EXC_MATCH as u16;
    pub const CHECK_EG_MATCH: u16 = O::CHECK_EG_MATCH as u16;
    pub const WITH_EXCEPT_START: u16 = O::WITH_EXCEPT_START as u16;
    pub const RETURN_GENERATOR: u16 = O::RETURN_GENERATOR as u16;
    pub const YIELD_VALUE: u16 = O::YIELD_VALUE as u16;
    pub const SEND: u16 = O::SEND as u16;
    pub const GET_AWAITABLE: u16 = O::GET_AWAITABLE as u16;
    pub const GET_AITER: u16 = O::GET_AITER as u16;
    pub const GET_ANEXT: u16 = O::GET_ANEXT as u16;
    pub const END_ASYNC_FOR: u16 = O::END_ASYNC_FOR as u16;
    pub const CLEANUP_THROW: u16 = O::CLEANUP_THROW as u16;
    pub const LOAD_SPECIAL: u16 = O::LOAD_SPECIAL as u16;
    pub const IMPORT_NAME: u16 = O::IMPORT_NAME as u16;
    pub const IMPORT_FROM: u16 = O::IMPORT_FROM as u16;
    pub const CALL_INTRINSIC_1: u16 = O::CALL_INTRINSIC_1 as u16;
    pub const CALL_INTRINSIC_2: u16 = O::CALL_INTRINSIC_2 as u16;
    pub const MATCH_MAPPING: u16 = O::MATCH_MAPPING as u16;
    pub const MATCH_SEQUENCE: u16 = O::MATCH_SEQUENCE as u16;
    pub const MATCH_KEYS: u16 = O::MATCH_KEYS as u16;
    pub const MATCH_CLASS: u16 = O::MATCH_CLASS as u16;
    pub const CONVERT_VALUE: u16 = O::CONVERT_VALUE as u16;
    pub const FORMAT_SIMPLE: u16 = O::FORMAT_SIMPLE as u16;
    pub const FORMAT_WITH_SPEC: u16 = O::FORMAT_WITH_SPEC as u16;
    pub const BUILD_STRING: u16 = O::BUILD_STRING as u16;
    pub const BUILD_TEMPLATE: u16 = O::BUILD_TEMPLATE as u16;
    pub const BUILD_INTERPOLATION: u16 = O::BUILD_INTERPOLATION as u16;
}
use numbers::*;

/// Runs from the given registers until the entry frame returns or yields, or an exception leaves it. With `raised` the frame
/// begins by handling that exception.
///
/// # Safety
/// The registers name the innermost frame of the thread, which is an entry frame.
pub unsafe fn run(cx: &mut Cx, start: Regs, raised: Option<Raised>) -> R {
    let start = match raised {
        Some(raised) => unwind(cx, start, raised)?,
        None => start,
    };
    // SAFETY: by the caller's promise. The registers are passed one by one: a struct would be lent by its address, and stay
    // in memory.
    unsafe {
        if record::is_active(cx) {
            return run_loop::<true>(cx, start.ip, start.sp, start.frame);
        }
        run_loop::<false>(cx, start.ip, start.sp, start.frame)
    }
}

/// The loop. With `RECORDED` every instruction is shown to the recorder first.
unsafe fn run_loop<const RECORDED: bool>(
    cx: &mut Cx,
    mut ip: *const Unit,
    mut sp: *mut Slot,
    mut frame: *mut Frame,
) -> R {
    loop {
        // SAFETY: prepared code: `ip` is at a unit, the operands are those that its opcode needs.
        let (at, raised) = unsafe {
            'run: loop {
                if RECORDED {
                    record::before(cx, ip, sp, frame);
                }
                let unit = *ip;
                ip = ip.add(1);
                let mut op = unit as u16;
                let mut arg = unit >> 16;
                macro_rules! go {
                    ($step:expr) => {
                        match $step {
                            Step::Next(next) => {
                                ip = next.ip;
                                sp = next.sp;
                                frame = next.frame;
                                continue 'run;
                            }
                            Step::Raise(at, raised) => break 'run (at, raised),
                            Step::Exit(value) => return Ok(value),
                        }
                    };
                }
                macro_rules! near {
                    ($body:expr) => {
                        go!($body(cx, Regs { ip, sp, frame }, arg))
                    };
                }
                macro_rules! far {
                    ($body:expr) => {
                        go!(away(cx, Regs { ip, sp, frame }, arg, |cx, r, arg| $body(cx, r, arg)))
                    };
                }
                loop {
                    match op {
                        op::WIDE => {
                            (op, arg) = stack::wide(frame, arg);
                            continue;
                        }
                        op::TRACE => match monitor::before(cx, ip, sp, frame) {
                            monitor::Before::Run(original, operand) => {
                                (op, arg) = (original, operand);
                                continue;
                            }
                            monitor::Before::Jump(next) => {
                                (ip, sp) = (next.ip, next.sp);
                                continue 'run;
                            }
                            monitor::Before::Raise(raised) => break 'run (Regs { ip, sp, frame }, raised),
                        },
                        op::CALL_MONITORED => far!(monitor::report::call),
                        op::CALL_KW_MONITORED => far!(monitor::report::call_kw),
                        op::CALL_EX_MONITORED => far!(monitor::report::call_ex),
                        op::LOAD_SUPER_ATTR_MONITORED => far!(monitor::report::load_super_attr),
                        op::FOR_ITER_MONITORED => far!(monitor::report::for_iter),
                        LOAD_FAST => near!(stack::load_fast),
                        LOAD_FAST_BORROW => near!(stack::load_fast_borrow),
                        LOAD_FAST_BORROW_LOAD_FAST_BORROW => near!(stack::load_fast_borrow_pair),
                        LOAD_FAST_LOAD_FAST => near!(stack::load_fast_pair),
                        LOAD_FAST_CHECK => near!(stack::load_fast_check),
                        LOAD_FAST_AND_CLEAR => near!(stack::load_fast_and_clear),
                        STORE_FAST => near!(stack::store_fast),
                        STORE_FAST_LOAD_FAST => near!(stack::store_fast_load_fast),
                        STORE_FAST_STORE_FAST => near!(stack::store_fast_store_fast),
                        DELETE_FAST => near!(stack::delete_fast),
                        LOAD_CONST => near!(stack::load_const),
                        LOAD_SMALL_INT => near!(stack::load_small_int),
                        LOAD_COMMON_CONSTANT => far!(stack::load_common_constant),
                        PUSH_NULL => near!(stack::push_null),
                        POP_TOP => near!(stack::pop_top),
                        POP_ITER => near!(stack::pop_top),
                        COPY => near!(stack::copy),
                        SWAP => near!(stack::swap),
                        NOP => near!(stack::nop),
                        NOT_TAKEN => near!(stack::nop),
                        CACHE => near!(stack::nop),
                        JUMP_FORWARD => near!(stack::jump_forward),
                        JUMP_BACKWARD => near!(stack::jump_backward),
                        JUMP_BACKWARD_NO_INTERRUPT => near!(stack::jump_backward_no_interrupt),
                        RESUME => near!(stack::resume),
                        POP_JUMP_IF_FALSE => near!(stack::pop_jump_if_false),
                        POP_JUMP_IF_TRUE => near!(stack::pop_jump_if_true),
                        POP_JUMP_IF_NONE => near!(stack::pop_jump_if_none),
                        POP_JUMP_IF_NOT_NONE => near!(stack::pop_jump_if_not_none),
                        UNARY_NOT => near!(stack::unary_not),
                        IS_OP => near!(stack::is_op),
                        TO_BOOL => near!(stack::to_bool),
                        MAKE_CELL => far!(stack::make_cell),
                        COPY_FREE_VARS => far!(stack::copy_free_vars),
                        LOAD_DEREF => near!(stack::load_deref),
                        STORE_DEREF => near!(stack::store_deref),
                        DELETE_DEREF => far!(stack::delete_deref),
                        op::PREPARE => far!(stack::prepare_first),
                        UNARY_NEGATIVE => far!(arithmetic::negative),
                        UNARY_INVERT => far!(arithmetic::invert),
                        BINARY_OP => far!(arithmetic::binary_op),
                        op::BINARY_ADD => near!(arithmetic::add),
                        op::BINARY_SUB => near!(arithmetic::sub),
                        op::BINARY_MUL => near!(arithmetic::mul),
                        op::INPLACE_ADD => near!(arithmetic::iadd),
                        op::INPLACE_SUB => near!(arithmetic::isub),
                        op::INPLACE_MUL => near!(arithmetic::imul),
                        op::BINARY_AND => near!(arithmetic::and),
                        op::BINARY_OR => near!(arithmetic::or),
                        op::BINARY_XOR => near!(arithmetic::xor),
                        op::BINARY_LSHIFT => near!(arithmetic::lshift),
                        op::BINARY_RSHIFT => near!(arithmetic::rshift),
                        op::BINARY_FLOORDIV => near!(arithmetic::floordiv),
                        op::BINARY_REM => near!(arithmetic::rem),
                        op::BINARY_TRUEDIV => near!(arithmetic::truediv),
                        CONTAINS_OP => far!(compare::contains),
                        op::SUBSCR => near!(containers::subscr),
                        STORE_SUBSCR => near!(containers::store_subscr),
                        DELETE_SUBSCR => far!(containers::delete_subscr),
                        BINARY_SLICE => far!(containers::binary_slice),
                        STORE_SLICE => far!(containers::store_slice),
                        BUILD_TUPLE => near!(containers::build_tuple),
                        BUILD_LIST => far!(containers::build_list),
                        BUILD_SET => far!(containers::build_set),
                        BUILD_MAP => far!(containers::build_map),
                        BUILD_SLICE => far!(containers::build_slice),
                        LIST_APPEND => near!(containers::list_append),
                        LIST_EXTEND => far!(containers::list_extend),
                        SET_ADD => far!(containers::set_add),
                        SET_UPDATE => far!(containers::set_update),
                        MAP_ADD => far!(containers::map_add),
                        DICT_UPDATE => far!(containers::dict_update),
                        DICT_MERGE => far!(containers::dict_merge),
                        UNPACK_SEQUENCE => near!(containers::unpack_sequence),
                        UNPACK_EX => far!(containers::unpack_ex),
                        GET_ITER => far!(iteration::get_iter),
                        GET_YIELD_FROM_ITER => far!(iteration::get_yield_from_iter),
                        FOR_ITER => near!(iteration::for_iter),
                        END_FOR => near!(iteration::end_for),
                        END_SEND => far!(iteration::end_send),
                        GET_LEN => far!(iteration::get_len),
                        LOAD_GLOBAL => far!(names::load_global),
                        op::LOAD_GLOBAL_MODULE => near!(names::load_global_module),
                        op::LOAD_GLOBAL_BUILTIN => near!(names::load_global_builtin),
                        LOAD_NAME => far!(names::load_name),
                        STORE_NAME => far!(names::store_name),
                        DELETE_NAME => far!(names::delete_name),
                        STORE_GLOBAL => far!(names::store_global),
                        DELETE_GLOBAL => far!(names::delete_global),
                        LOAD_LOCALS => far!(names::load_locals),
                        LOAD_FROM_DICT_OR_DEREF => far!(names::load_from_dict_or_deref),
                        LOAD_FROM_DICT_OR_GLOBALS => far!(names::load_from_dict_or_globals),
                        SETUP_ANNOTATIONS => far!(names::setup_annotations),
                        LOAD_BUILD_CLASS => far!(names::load_build_class),
                        LOAD_ATTR => far!(attributes::load_attr),
                        op::LOAD_ATTR_INSTANCE => near!(attributes::load_attr_instance),
                        op::LOAD_ATTR_METHOD => near!(attributes::load_attr_method),
                        op::LOAD_ATTR_METHOD_SHAPED => near!(attributes::load_attr_method_shaped),
                        op::LOAD_ATTR_CLASS_VALUE => near!(attributes::load_attr_class_value),
                        op::LOAD_ATTR_TYPE_VALUE => near!(attributes::load_attr_type_value),
                        op::LOAD_ATTR_SLOT => near!(attributes::load_attr_slot),
                        op::LOAD_ATTR_MODULE => near!(attributes::load_attr_module),
                        op::LOAD_ATTR_PROPERTY => far!(attributes::load_attr_property),
                        STORE_ATTR => far!(attributes::store_attr),
                        op::STORE_ATTR_INSTANCE => near!(attributes::store_attr_instance),
                        op::STORE_ATTR_ADD => near!(attributes::store_attr_add),
                        op::STORE_ATTR_SLOT => near!(attributes::store_attr_slot),
                        DELETE_ATTR => far!(attributes::delete_attr),
                        LOAD_SUPER_ATTR => far!(attributes::load_super_attr),
                        CALL => near!(calls::call),
                        op::CALL_CLASS => far!(class_calls::call_class),
                        CALL_KW => far!(calls::call_kw),
                        CALL_FUNCTION_EX => far!(calls::call_function_ex),
                        RETURN_VALUE => near!(calls::return_value),
                        MAKE_FUNCTION => far!(calls::make_function),
                        SET_FUNCTION_ATTRIBUTE => far!(calls::set_function_attribute),
                        RAISE_VARARGS => far!(exceptions::raise_varargs),
                        RERAISE => far!(exceptions::reraise),
                        PUSH_EXC_INFO => far!(exceptions::push_exc_info),
                        POP_EXCEPT => far!(exceptions::pop_except),
                        CHECK_EXC_MATCH => far!(exceptions::check_exc_match),
                        CHECK_EG_MATCH => far!(exceptions::check_eg_match),
                        WITH_EXCEPT_START => far!(exceptions::with_except_start),
                        RETURN_GENERATOR => far!(generators::return_generator),
                        YIELD_VALUE => near!(generators::yield_value),
                        SEND => far!(generators::send),
                        GET_AWAITABLE => far!(generators::get_awaitable),
                        GET_AITER => far!(generators::get_aiter),
                        GET_ANEXT => far!(generators::get_anext),
                        END_ASYNC_FOR => far!(generators::end_async_for),
                        CLEANUP_THROW => far!(generators::cleanup_throw),
                        LOAD_SPECIAL => far!(generators::load_special),
                        IMPORT_NAME => far!(imports::import_name),
                        IMPORT_FROM => far!(imports::import_from),
                        CALL_INTRINSIC_1 => far!(intrinsics::intrinsic_1),
                        CALL_INTRINSIC_2 => far!(intrinsics::intrinsic_2),
                        MATCH_MAPPING => far!(matching::match_mapping),
                        MATCH_SEQUENCE => far!(matching::match_sequence),
                        MATCH_KEYS => far!(matching::match_keys),
                        MATCH_CLASS => far!(matching::match_class),
                        CONVERT_VALUE => far!(strings::convert_value),
                        FORMAT_SIMPLE => far!(strings::format_simple),
                        FORMAT_WITH_SPEC => far!(strings::format_with_spec),
                        BUILD_STRING => far!(strings::build_string),
                        BUILD_TEMPLATE => far!(strings::build_template),
                        BUILD_INTERPOLATION => far!(strings::build_interpolation),
                        op::COMPARE_LT => near!(compare::compare::<0>),
                        op::COMPARE_LE => near!(compare::compare::<1>),
                        op::COMPARE_EQ => near!(compare::compare::<2>),
                        op::COMPARE_NE => near!(compare::compare::<3>),
                        op::COMPARE_GT => near!(compare::compare::<4>),
                        op::COMPARE_GE => near!(compare::compare::<5>),
                        op::COMPARE_LT_JUMP_FALSE => near!(compare::compare_jump::<0, false>),
                        op::COMPARE_LT_JUMP_TRUE => near!(compare::compare_jump::<0, true>),
                        op::COMPARE_LE_JUMP_FALSE => near!(compare::compare_jump::<1, false>),
                        op::COMPARE_LE_JUMP_TRUE => near!(compare::compare_jump::<1, true>),
                        op::COMPARE_EQ_JUMP_FALSE => near!(compare::compare_jump::<2, false>),
                        op::COMPARE_EQ_JUMP_TRUE => near!(compare::compare_jump::<2, true>),
                        op::COMPARE_NE_JUMP_FALSE => near!(compare::compare_jump::<3, false>),
                        op::COMPARE_NE_JUMP_TRUE => near!(compare::compare_jump::<3, true>),
                        op::COMPARE_GT_JUMP_FALSE => near!(compare::compare_jump::<4, false>),
                        op::COMPARE_GT_JUMP_TRUE => near!(compare::compare_jump::<4, true>),
                        op::COMPARE_GE_JUMP_FALSE => near!(compare::compare_jump::<5, false>),
                        op::COMPARE_GE_JUMP_TRUE => near!(compare::compare_jump::<5, true>),
                        op::BAD => far!(stack::bad),
                        // Preparation lets no other number pass.
                        _ => std::hint::unreachable_unchecked(),
                    }
                }
            }
        };
        let next = unwind(cx, at, raised)?;
        (ip, sp, frame) = (next.ip, next.sp, next.frame);
    }
}
