//! The opcode table of CPython 3.14 (magic 3627): every instruction stated once.
//!
//! A row of [`opcode_table!`] gives an instruction's number, name, operand kind, stack effect, inline cache size, flow,
//! effects and documentation. The enum [`Opcode`], the encoder, the disassembler, the verifier and the `opcode` module
//! are all derived from it. Specialised forms, which never occur in a `.pyc`, have only names and families
//! ([`crate::ops_names::SPECIALIZED`]).
//!
//! Invariant: `pushes(arg) - pops(arg)` equals `dis.stack_effect(op, arg)` for every opcode and operand.

/// What an instruction's operand means.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Operand {
    /// No operand; the byte is ignored.
    None,
    /// Index into `co_consts`.
    Const,
    /// Index into `co_names`.
    Name,
    /// Index into `co_names` shifted left by one; the low bit asks for a NULL above the value (`LOAD_GLOBAL`).
    GlobalName,
    /// Index into `co_names` shifted left by one; the low bit asks for a method pair (`LOAD_ATTR`).
    AttrName,
    /// Index into `co_names` shifted left by two; bit 0 asks for a method pair, bit 1 says two-argument `super`.
    SuperName,
    /// Index into `co_localsplusnames` of a fast local.
    Local,
    /// Two indices of fast locals, the first in the high four bits.
    LocalPair,
    /// Index into `co_localsplusnames` of a cell or free variable.
    Deref,
    /// Code units forward, counted from the end of the instruction with its caches.
    JumpForward,
    /// Code units backward, counted from the end of the instruction with its caches.
    JumpBackward,
    /// `COMPARE_OP`: operator in the bits from 5 up, bit 4 coerces the result to bool.
    Compare,
    /// Index into [`BINARY_OPS`](crate::ops_names::BINARY_OPS).
    BinaryOp,
    /// Index into [`INTRINSICS_1`](crate::ops_names::INTRINSICS_1).
    Intrinsic1,
    /// Index into [`INTRINSICS_2`](crate::ops_names::INTRINSICS_2).
    Intrinsic2,
    /// Index into [`SPECIAL_METHODS`](crate::ops_names::SPECIAL_METHODS).
    Special,
    /// Index into [`COMMON_CONSTANTS`](crate::ops_names::COMMON_CONSTANTS).
    CommonConst,
    /// Conversion of a replacement field: 1 `str`, 2 `repr`, 3 `ascii`.
    Convert,
    /// One bit saying which attribute of the function is set: 1, 2, 4, 8 (closure) or 16.
    FunctionAttr,
    /// 1 inverts the result (`IS_OP`, `CONTAINS_OP`).
    Invert,
    /// The integer pushed (`LOAD_SMALL_INT`).
    SmallInt,
    /// A number of items.
    Count,
    /// A position on the stack counted from the top.
    Depth,
    /// `UNPACK_EX`: items before the star in the low byte, items after it above.
    UnpackEx,
    /// `MAKE_FUNCTION`-like raw bits, `RESUME`, `EXTENDED_ARG` and others with their own meaning.
    Raw,
    /// Target label of a pseudo-instruction; real jumps are made of it by the assembler.
    Label,
}

/// Where control goes after an instruction (exceptions aside).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Flow {
    /// To the next instruction.
    Next,
    /// To the next instruction or to the jump target.
    Branch,
    /// To the jump target only.
    Jump,
    /// Nowhere: the frame returns or an exception is raised.
    Stop,
    /// A pseudo-instruction that opens a block whose handler is the label.
    Block,
}

/// The worst that an instruction may do besides its stack effect; each level includes the former ones.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
pub enum May {
    /// It moves words and does nothing else.
    Nothing,
    /// It may raise an exception (or allocate and fail), but runs no Python code.
    Raise,
    /// It may run any Python code: a special method, a finaliser, an import, a callee.
    Escape,
}

/// The facts about one opcode.
#[derive(Debug)]
pub struct OpInfo {
    pub name: &'static str,
    pub operand: Operand,
    /// Items that the instruction takes from the stack (those it only inspects included).
    pub pops: fn(u32) -> u32,
    /// Items that it leaves in their place.
    pub pushes: fn(u32) -> u32,
    /// Inline cache entries that follow, in code units of two bytes.
    pub caches: u8,
    pub flow: Flow,
    pub may: May,
    pub doc: &'static str,
}

macro_rules! opcode_table {
    ($($num:literal $name:ident $operand:ident [$pops:expr => $pushes:expr] $caches:literal $flow:ident $may:ident $doc:literal;)*) => {
        /// An instruction of CPython 3.14: real (0 to 255) or a pseudo-instruction of the compiler (256 and up).
        #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Hash)]
        #[repr(u16)]
        pub enum Opcode {
            $(#[doc = $doc] $name = $num,)*
        }

        impl Opcode {
            /// All opcodes, real and pseudo, in the order of their numbers.
            pub const ALL: &[Opcode] = &[$(Opcode::$name),*];

            /// The facts about this opcode.
            pub const fn info(self) -> &'static OpInfo {
                match self {
                    $(Opcode::$name => &const {
                        OpInfo {
                            name: stringify!($name),
                            operand: Operand::$operand,
                            pops: $pops,
                            pushes: $pushes,
                            caches: $caches,
                            flow: Flow::$flow,
                            may: May::$may,
                            doc: $doc,
                        }
                    },)*
                }
            }
        }
    };
}

opcode_table! {
    0 CACHE None [|_| 0 => |_| 0] 0 Next Nothing "Space for an inline cache; never executed.";
    1 BINARY_SLICE None [|_| 3 => |_| 1] 0 Next Escape "Push container[start:stop].";
    2 BUILD_TEMPLATE None [|_| 2 => |_| 1] 0 Next Raise "Make a template string of its strings and interpolations.";
    4 CALL_FUNCTION_EX None [|_| 4 => |_| 1] 0 Next Escape "Call with a tuple of arguments and a dict (or NULL) of keywords.";
    5 CHECK_EG_MATCH None [|_| 2 => |_| 2] 0 Next Escape "Split an exception group by the type: push rest and match.";
    6 CHECK_EXC_MATCH None [|_| 2 => |_| 2] 0 Next Escape "Replace the type by whether the exception below it matches.";
    7 CLEANUP_THROW None [|_| 3 => |_| 2] 0 Next Escape "After throw() into a delegating generator: turn StopIteration into its value or raise again.";
    8 DELETE_SUBSCR None [|_| 2 => |_| 0] 0 Next Escape "del container[key].";
    9 END_FOR None [|_| 1 => |_| 0] 0 Next Escape "Drop the value left by an exhausted FOR_ITER.";
    10 END_SEND None [|_| 2 => |_| 1] 0 Next Escape "Drop the receiver below the value of a finished SEND.";
    11 EXIT_INIT_CHECK None [|_| 1 => |_| 0] 0 Next Raise "Check that __init__ returned None (internal).";
    12 FORMAT_SIMPLE None [|_| 1 => |_| 1] 0 Next Escape "format(value).";
    13 FORMAT_WITH_SPEC None [|_| 2 => |_| 1] 0 Next Escape "format(value, spec).";
    14 GET_AITER None [|_| 1 => |_| 1] 0 Next Escape "value.__aiter__().";
    15 GET_ANEXT None [|_| 1 => |_| 2] 0 Next Escape "Push the awaitable of the asynchronous iterator's __anext__().";
    16 GET_ITER None [|_| 1 => |_| 1] 0 Next Escape "iter(value).";
    17 RESERVED None [|_| 0 => |_| 0] 0 Next Nothing "Reserved; never executed.";
    18 GET_LEN None [|_| 1 => |_| 2] 0 Next Escape "Push len(value).";
    19 GET_YIELD_FROM_ITER None [|_| 1 => |_| 1] 0 Next Escape "iter(value), generators and coroutines as they are.";
    20 INTERPRETER_EXIT None [|_| 1 => |_| 0] 0 Stop Nothing "Leave the dispatch loop (internal).";
    21 LOAD_BUILD_CLASS None [|_| 0 => |_| 1] 0 Next Escape "Push builtins.__build_class__.";
    22 LOAD_LOCALS None [|_| 0 => |_| 1] 0 Next Raise "Push the mapping of the local namespace.";
    23 MAKE_FUNCTION None [|_| 1 => |_| 1] 0 Next Raise "Make a function of the code object.";
    24 MATCH_KEYS None [|_| 2 => |_| 3] 0 Next Escape "Push the tuple of the subject's values for the keys, or None.";
    25 MATCH_MAPPING None [|_| 1 => |_| 2] 0 Next Nothing "Push whether the subject is a mapping.";
    26 MATCH_SEQUENCE None [|_| 1 => |_| 2] 0 Next Nothing "Push whether the subject is a sequence.";
    27 NOP None [|_| 0 => |_| 0] 0 Next Nothing "Do nothing (it carries a line).";
    28 NOT_TAKEN None [|_| 0 => |_| 0] 0 Next Nothing "Mark the fall-through side of a branch, for monitoring.";
    29 POP_EXCEPT None [|_| 1 => |_| 0] 0 Next Escape "Restore the exception that was being handled before.";
    30 POP_ITER None [|_| 1 => |_| 0] 0 Next Escape "Drop the iterator of a for loop.";
    31 POP_TOP None [|_| 1 => |_| 0] 0 Next Escape "Drop the top of the stack.";
    32 PUSH_EXC_INFO None [|_| 1 => |_| 2] 0 Next Nothing "Begin to handle the exception: push the former one below it.";
    33 PUSH_NULL None [|_| 0 => |_| 1] 0 Next Nothing "Push NULL.";
    34 RETURN_GENERATOR None [|_| 0 => |_| 1] 0 Next Raise "Make a generator of the frame and return it; its body finds the first sent value on the stack.";
    35 RETURN_VALUE None [|_| 1 => |_| 1] 0 Stop Escape "Return from the frame.";
    36 SETUP_ANNOTATIONS None [|_| 0 => |_| 0] 0 Next Escape "Make __annotations__ in the local namespace if it is missing.";
    37 STORE_SLICE None [|_| 4 => |_| 0] 0 Next Escape "container[start:stop] = value.";
    38 STORE_SUBSCR None [|_| 3 => |_| 0] 1 Next Escape "container[key] = value.";
    39 TO_BOOL None [|_| 1 => |_| 1] 3 Next Escape "bool(value).";
    40 UNARY_INVERT None [|_| 1 => |_| 1] 0 Next Escape "~value.";
    41 UNARY_NEGATIVE None [|_| 1 => |_| 1] 0 Next Escape "-value.";
    42 UNARY_NOT None [|_| 1 => |_| 1] 0 Next Nothing "not value, for an exact bool.";
    43 WITH_EXCEPT_START None [|_| 5 => |_| 6] 0 Next Escape "Call __exit__ with the exception being handled and push the result.";
    44 BINARY_OP BinaryOp [|_| 2 => |_| 1] 5 Next Escape "Apply a binary or in-place operator, or subscription.";
    45 BUILD_INTERPOLATION Raw [|n| 2 + (n & 1) => |_| 1] 0 Next Raise "Make an interpolation: conversion in the bits from 2 up, bit 0 says that a format follows.";
    46 BUILD_LIST Count [|n| n => |_| 1] 0 Next Raise "Make a list of the topmost items.";
    47 BUILD_MAP Count [|n| n.saturating_mul(2) => |_| 1] 0 Next Escape "Make a dict of the topmost pairs.";
    48 BUILD_SET Count [|n| n => |_| 1] 0 Next Escape "Make a set of the topmost items.";
    49 BUILD_SLICE Count [|n| n => |_| 1] 0 Next Raise "Make a slice of two or three items.";
    50 BUILD_STRING Count [|n| n => |_| 1] 0 Next Raise "Join strings.";
    51 BUILD_TUPLE Count [|n| n => |_| 1] 0 Next Raise "Make a tuple of the topmost items.";
    52 CALL Count [|n| n.saturating_add(2) => |_| 1] 3 Next Escape "Call a callable with self (or NULL) and positional arguments.";
    53 CALL_INTRINSIC_1 Intrinsic1 [|_| 1 => |_| 1] 0 Next Escape "Call an intrinsic function of one argument.";
    54 CALL_INTRINSIC_2 Intrinsic2 [|_| 2 => |_| 1] 0 Next Escape "Call an intrinsic function of two arguments.";
    55 CALL_KW Count [|n| n.saturating_add(3) => |_| 1] 3 Next Escape "Call, with a tuple of keyword names on top.";
    56 COMPARE_OP Compare [|_| 2 => |_| 1] 1 Next Escape "Compare.";
    57 CONTAINS_OP Invert [|_| 2 => |_| 1] 1 Next Escape "left in right, or not in.";
    58 CONVERT_VALUE Convert [|_| 1 => |_| 1] 0 Next Escape "str, repr or ascii of the value.";
    59 COPY Depth [|n| n => |n| n.saturating_add(1)] 0 Next Nothing "Push the n-th item again.";
    60 COPY_FREE_VARS Count [|_| 0 => |_| 0] 0 Next Nothing "Copy the closure's cells into the frame.";
    61 DELETE_ATTR Name [|_| 1 => |_| 0] 0 Next Escape "del owner.name.";
    62 DELETE_DEREF Deref [|_| 0 => |_| 0] 0 Next Escape "Empty a cell; NameError if it is empty.";
    63 DELETE_FAST Local [|_| 0 => |_| 0] 0 Next Escape "Unbind a local; UnboundLocalError if it is unbound.";
    64 DELETE_GLOBAL Name [|_| 0 => |_| 0] 0 Next Escape "del of a global name.";
    65 DELETE_NAME Name [|_| 0 => |_| 0] 0 Next Escape "del of a name in the local namespace.";
    66 DICT_MERGE Depth [|n| n.saturating_add(4) => |n| n.saturating_add(3)] 0 Next Escape "Merge a mapping into the keywords of a call; repeated keys raise.";
    67 DICT_UPDATE Depth [|n| n.saturating_add(1) => |n| n] 0 Next Escape "dict.update of the n-th item.";
    68 END_ASYNC_FOR JumpBackward [|_| 2 => |_| 0] 0 Next Escape "End an asynchronous loop if the exception is StopAsyncIteration, else raise it again; the operand tells the loop's start.";
    69 EXTENDED_ARG Raw [|_| 0 => |_| 0] 0 Next Nothing "Eight more significant bits for the next operand.";
    70 FOR_ITER JumpForward [|_| 1 => |_| 2] 1 Branch Escape "Push the iterator's next value, or jump when it is exhausted.";
    71 GET_AWAITABLE Raw [|_| 1 => |_| 1] 0 Next Escape "The awaitable's iterator; the operand tells what awaits, for messages.";
    72 IMPORT_FROM Name [|_| 1 => |_| 2] 0 Next Escape "Push an attribute of the module below.";
    73 IMPORT_NAME Name [|_| 2 => |_| 1] 0 Next Escape "Import a module: level and fromlist on the stack.";
    74 IS_OP Invert [|_| 2 => |_| 1] 0 Next Escape "left is right, or is not.";
    75 JUMP_BACKWARD JumpBackward [|_| 0 => |_| 0] 1 Jump Escape "Jump back; signals and other requests are served here.";
    76 JUMP_BACKWARD_NO_INTERRUPT JumpBackward [|_| 0 => |_| 0] 0 Jump Nothing "Jump back without serving requests (delegation).";
    77 JUMP_FORWARD JumpForward [|_| 0 => |_| 0] 0 Jump Nothing "Jump forward.";
    78 LIST_APPEND Depth [|n| n.saturating_add(1) => |n| n] 0 Next Raise "list.append to the n-th item.";
    79 LIST_EXTEND Depth [|n| n.saturating_add(1) => |n| n] 0 Next Escape "list.extend of the n-th item.";
    80 LOAD_ATTR AttrName [|_| 1 => |n| 1 + (n & 1)] 9 Next Escape "owner.name; with the low bit a method and its self, or the value and NULL.";
    81 LOAD_COMMON_CONSTANT CommonConst [|_| 0 => |_| 1] 0 Next Nothing "Push a builtin that code may not rebind.";
    82 LOAD_CONST Const [|_| 0 => |_| 1] 0 Next Nothing "Push a constant.";
    83 LOAD_DEREF Deref [|_| 0 => |_| 1] 0 Next Raise "Push a cell's content.";
    84 LOAD_FAST Local [|_| 0 => |_| 1] 0 Next Nothing "Push a local that is bound.";
    85 LOAD_FAST_AND_CLEAR Local [|_| 0 => |_| 1] 0 Next Nothing "Push a local (or NULL) and unbind it.";
    86 LOAD_FAST_BORROW Local [|_| 0 => |_| 1] 0 Next Nothing "Push a borrow of a local that is bound and outlives it.";
    87 LOAD_FAST_BORROW_LOAD_FAST_BORROW LocalPair [|_| 0 => |_| 2] 0 Next Nothing "Two LOAD_FAST_BORROW.";
    88 LOAD_FAST_CHECK Local [|_| 0 => |_| 1] 0 Next Raise "Push a local; UnboundLocalError if it is unbound.";
    89 LOAD_FAST_LOAD_FAST LocalPair [|_| 0 => |_| 2] 0 Next Nothing "Two LOAD_FAST.";
    90 LOAD_FROM_DICT_OR_DEREF Deref [|_| 1 => |_| 1] 0 Next Escape "Look a name up in the mapping, then in the cell.";
    91 LOAD_FROM_DICT_OR_GLOBALS Name [|_| 1 => |_| 1] 0 Next Escape "Look a name up in the mapping, then in globals and builtins.";
    92 LOAD_GLOBAL GlobalName [|_| 0 => |n| 1 + (n & 1)] 4 Next Escape "Push a global or builtin; with the low bit a NULL above it.";
    93 LOAD_NAME Name [|_| 0 => |_| 1] 0 Next Escape "Push a name of the local namespace, globals or builtins.";
    94 LOAD_SMALL_INT SmallInt [|_| 0 => |_| 1] 0 Next Nothing "Push an integer from 0 to 255.";
    95 LOAD_SPECIAL Special [|_| 1 => |_| 2] 0 Next Escape "Look a special method up on the type: push it and self (or NULL).";
    96 LOAD_SUPER_ATTR SuperName [|_| 3 => |n| 1 + (n & 1)] 1 Next Escape "super(cls, self).name without making the super object.";
    97 MAKE_CELL Deref [|_| 0 => |_| 0] 0 Next Raise "Put a local's value (or nothing) into a new cell in its place.";
    98 MAP_ADD Depth [|n| n.saturating_add(2) => |n| n] 0 Next Escape "dict[key] = value for the n-th item.";
    99 MATCH_CLASS Count [|_| 3 => |_| 1] 0 Next Escape "Match a class pattern: push the tuple of attributes, or None.";
    100 POP_JUMP_IF_FALSE JumpForward [|_| 1 => |_| 0] 1 Branch Nothing "Jump if the exact bool is False.";
    101 POP_JUMP_IF_NONE JumpForward [|_| 1 => |_| 0] 1 Branch Escape "Jump if the value is None.";
    102 POP_JUMP_IF_NOT_NONE JumpForward [|_| 1 => |_| 0] 1 Branch Escape "Jump if the value is not None.";
    103 POP_JUMP_IF_TRUE JumpForward [|_| 1 => |_| 0] 1 Branch Nothing "Jump if the exact bool is True.";
    104 RAISE_VARARGS Count [|n| n => |_| 0] 0 Stop Escape "raise: again, an exception, or an exception from a cause.";
    105 RERAISE Depth [|n| n.saturating_add(1) => |n| n] 0 Stop Escape "Raise the exception on top again; a non-zero operand finds the last instruction that many items below.";
    106 SEND JumpForward [|_| 2 => |_| 2] 1 Branch Escape "Send the value to the receiver; jump with its result when it has finished.";
    107 SET_ADD Depth [|n| n.saturating_add(1) => |n| n] 0 Next Escape "set.add to the n-th item.";
    108 SET_FUNCTION_ATTRIBUTE FunctionAttr [|_| 2 => |_| 1] 0 Next Nothing "Set defaults, keyword defaults, annotations, closure or annotate of a new function.";
    109 SET_UPDATE Depth [|n| n.saturating_add(1) => |n| n] 0 Next Escape "set.update of the n-th item.";
    110 STORE_ATTR Name [|_| 2 => |_| 0] 4 Next Escape "owner.name = value.";
    111 STORE_DEREF Deref [|_| 1 => |_| 0] 0 Next Escape "Store into a cell.";
    112 STORE_FAST Local [|_| 1 => |_| 0] 0 Next Escape "Store into a local.";
    113 STORE_FAST_LOAD_FAST LocalPair [|_| 1 => |_| 1] 0 Next Escape "STORE_FAST, then LOAD_FAST.";
    114 STORE_FAST_STORE_FAST LocalPair [|_| 2 => |_| 0] 0 Next Escape "Two STORE_FAST.";
    115 STORE_GLOBAL Name [|_| 1 => |_| 0] 0 Next Escape "Store into a global name.";
    116 STORE_NAME Name [|_| 1 => |_| 0] 0 Next Escape "Store into a name of the local namespace.";
    117 SWAP Depth [|n| n => |n| n] 0 Next Nothing "Exchange the top with the n-th item.";
    118 UNPACK_EX UnpackEx [|_| 1 => |n| 1 + (n & 0xFF) + (n >> 8)] 0 Next Escape "Unpack with a starred target.";
    119 UNPACK_SEQUENCE Count [|_| 1 => |n| n] 1 Next Escape "Unpack into exactly n items, the first on top.";
    120 YIELD_VALUE Raw [|_| 1 => |_| 1] 0 Next Escape "Suspend the generator; it resumes with the sent value on top.";
    128 RESUME Raw [|_| 0 => |_| 0] 0 Next Escape "Where a frame starts or resumes; signals and other requests are served here.";
    234 INSTRUMENTED_END_FOR None [|_| 1 => |_| 0] 0 Next Escape "Instrumented END_FOR.";
    235 INSTRUMENTED_POP_ITER None [|_| 1 => |_| 0] 0 Next Escape "Instrumented POP_ITER.";
    236 INSTRUMENTED_END_SEND None [|_| 2 => |_| 1] 0 Next Escape "Instrumented END_SEND.";
    237 INSTRUMENTED_FOR_ITER JumpForward [|_| 1 => |_| 2] 1 Branch Escape "Instrumented FOR_ITER.";
    238 INSTRUMENTED_INSTRUCTION None [|_| 0 => |_| 0] 0 Next Escape "An instruction with an event of its own.";
    239 INSTRUMENTED_JUMP_FORWARD Raw [|_| 0 => |_| 0] 0 Jump Escape "Instrumented JUMP_FORWARD.";
    240 INSTRUMENTED_NOT_TAKEN None [|_| 0 => |_| 0] 0 Next Escape "Instrumented NOT_TAKEN.";
    241 INSTRUMENTED_POP_JUMP_IF_TRUE Raw [|_| 1 => |_| 0] 1 Branch Escape "Instrumented POP_JUMP_IF_TRUE.";
    242 INSTRUMENTED_POP_JUMP_IF_FALSE Raw [|_| 1 => |_| 0] 1 Branch Escape "Instrumented POP_JUMP_IF_FALSE.";
    243 INSTRUMENTED_POP_JUMP_IF_NONE Raw [|_| 1 => |_| 0] 1 Branch Escape "Instrumented POP_JUMP_IF_NONE.";
    244 INSTRUMENTED_POP_JUMP_IF_NOT_NONE Raw [|_| 1 => |_| 0] 1 Branch Escape "Instrumented POP_JUMP_IF_NOT_NONE.";
    245 INSTRUMENTED_RESUME Raw [|_| 0 => |_| 0] 0 Next Escape "Instrumented RESUME.";
    246 INSTRUMENTED_RETURN_VALUE None [|_| 1 => |_| 1] 0 Stop Escape "Instrumented RETURN_VALUE.";
    247 INSTRUMENTED_YIELD_VALUE Raw [|_| 1 => |_| 1] 0 Next Escape "Instrumented YIELD_VALUE.";
    248 INSTRUMENTED_END_ASYNC_FOR JumpBackward [|_| 2 => |_| 0] 0 Next Escape "Instrumented END_ASYNC_FOR.";
    249 INSTRUMENTED_LOAD_SUPER_ATTR SuperName [|_| 3 => |n| 1 + (n & 1)] 1 Next Escape "Instrumented LOAD_SUPER_ATTR.";
    250 INSTRUMENTED_CALL Count [|n| n.saturating_add(2) => |_| 1] 3 Next Escape "Instrumented CALL.";
    251 INSTRUMENTED_CALL_KW Count [|n| n.saturating_add(3) => |_| 1] 3 Next Escape "Instrumented CALL_KW.";
    252 INSTRUMENTED_CALL_FUNCTION_EX None [|_| 4 => |_| 1] 0 Next Escape "Instrumented CALL_FUNCTION_EX.";
    253 INSTRUMENTED_JUMP_BACKWARD Raw [|_| 0 => |_| 0] 1 Jump Escape "Instrumented JUMP_BACKWARD.";
    254 INSTRUMENTED_LINE None [|_| 0 => |_| 0] 0 Next Escape "An instruction that begins a line with an event.";
    255 ENTER_EXECUTOR Raw [|_| 0 => |_| 0] 0 Next Escape "Enter compiled code.";
    256 ANNOTATIONS_PLACEHOLDER None [|_| 0 => |_| 0] 0 Next Nothing "Where the compiler puts the annotations' code in the end.";
    257 JUMP Label [|_| 0 => |_| 0] 0 Jump Escape "Jump, forward or back.";
    258 JUMP_IF_FALSE Label [|_| 1 => |_| 1] 0 Branch Nothing "Jump if the exact bool is False; it stays on the stack.";
    259 JUMP_IF_TRUE Label [|_| 1 => |_| 1] 0 Branch Nothing "Jump if the exact bool is True; it stays on the stack.";
    260 JUMP_NO_INTERRUPT Label [|_| 0 => |_| 0] 0 Jump Nothing "Jump, forward or back, without serving requests.";
    261 LOAD_CLOSURE Local [|_| 0 => |_| 1] 0 Next Nothing "Push the cell itself.";
    262 POP_BLOCK None [|_| 0 => |_| 0] 0 Next Nothing "Close the innermost block.";
    263 SETUP_CLEANUP Label [|_| 0 => |_| 2] 0 Block Nothing "Open a block whose handler gets the last instruction and the exception.";
    264 SETUP_FINALLY Label [|_| 0 => |_| 1] 0 Block Nothing "Open a block whose handler gets the exception.";
    265 SETUP_WITH Label [|_| 0 => |_| 1] 0 Block Nothing "Open a block whose handler gets the last instruction and the exception, the context's result dropped.";
    266 STORE_FAST_MAYBE_NULL Local [|_| 1 => |_| 0] 0 Next Escape "Store into a local, or unbind it if the value is NULL.";
}

/// Opcodes below this number take no operand.
pub const HAVE_ARGUMENT: u16 = 43;
/// Real opcodes from here up are instrumented forms or entries of compiled code.
pub const MIN_INSTRUMENTED_OPCODE: u16 = 234;
/// Pseudo-instructions start here.
pub const MIN_PSEUDO_OPCODE: u16 = 256;

const fn by_byte() -> [Option<Opcode>; 256] {
    let mut table = [None; 256];
    let mut i = 0;
    while i < Opcode::ALL.len() {
        let op = Opcode::ALL[i];
        if (op as usize) < 256 {
            table[op as usize] = Some(op);
        }
        i += 1;
    }
    table
}

static BY_BYTE: [Option<Opcode>; 256] = by_byte();

impl Opcode {
    /// The real, unspecialised opcode of a byte (instrumented ones included); `None` for specialised and unused numbers.
    pub fn from_u8(byte: u8) -> Option<Opcode> {
        BY_BYTE[usize::from(byte)]
    }

    /// The opcode of a number, real or pseudo; `None` for specialised and unused numbers.
    pub fn from_u16(number: u16) -> Option<Opcode> {
        match u8::try_from(number) {
            Ok(byte) => Opcode::from_u8(byte),
            Err(_) => {
                let first = Opcode::ALL.partition_point(|op| op.number() < number);
                Opcode::ALL.get(first).copied().filter(|op| op.number() == number)
            }
        }
    }

    pub const fn number(self) -> u16 {
        self as u16
    }

    /// The byte of a real opcode; `None` for a pseudo-instruction.
    pub const fn byte(self) -> Option<u8> {
        if self.is_pseudo() { None } else { Some(self as u16 as u8) }
    }

    pub fn name(self) -> &'static str {
        self.info().name
    }

    pub fn operand(self) -> Operand {
        self.info().operand
    }

    /// Inline cache entries that follow the instruction, in code units.
    pub fn caches(self) -> usize {
        usize::from(self.info().caches)
    }

    pub const fn is_pseudo(self) -> bool {
        self as u16 >= MIN_PSEUDO_OPCODE
    }

    pub const fn is_instrumented(self) -> bool {
        self as u16 >= MIN_INSTRUMENTED_OPCODE && !self.is_pseudo()
    }

    /// What the instruction does to the stack's depth: on the jump's side, on the other, or the greater of both where
    /// `jump` is `None`, as `dis.stack_effect` tells it. Only the SETUP pseudo-instructions differ between the sides.
    pub fn stack_effect(self, arg: u32, jump: Option<bool>) -> i64 {
        if self.info().flow == Flow::Block && jump == Some(false) {
            return 0;
        }
        i64::from((self.info().pushes)(arg)) - i64::from((self.info().pops)(arg))
    }

    /// `opcode.hasarg`. Specialised forms have their family's answer.
    pub fn has_arg(self) -> bool {
        self.operand() != Operand::None
    }

    /// `opcode.hasconst`.
    pub fn has_const(self) -> bool {
        self.operand() == Operand::Const
    }

    /// `opcode.hasname`.
    pub fn has_name(self) -> bool {
        matches!(self.operand(), Operand::Name | Operand::GlobalName | Operand::AttrName | Operand::SuperName)
    }

    /// `opcode.hasjump`: real jumps and the pseudo ones, but not the block openers.
    pub fn has_jump(self) -> bool {
        match self.operand() {
            Operand::JumpForward | Operand::JumpBackward => true,
            Operand::Label => self.info().flow != Flow::Block,
            _ => false,
        }
    }

    /// `opcode.hasfree`, which by an old habit of CPython leaves `LOAD_DEREF` to `haslocal`.
    pub fn has_free(self) -> bool {
        self.operand() == Operand::Deref && self != Opcode::LOAD_DEREF
    }

    /// `opcode.haslocal`.
    pub fn has_local(self) -> bool {
        matches!(self.operand(), Operand::Local | Operand::LocalPair) || self == Opcode::LOAD_DEREF
    }

    /// `opcode.hasexc`: pseudo-instructions that open a block.
    pub fn has_exc(self) -> bool {
        self.info().flow == Flow::Block
    }

    /// Whether control never reaches the next instruction.
    pub fn ends_block(self) -> bool {
        matches!(self.info().flow, Flow::Jump | Flow::Stop)
    }

    /// Whether the operand names another instruction that control may go to (pseudo jumps and block openers included).
    pub fn has_target(self) -> bool {
        self.has_jump() && self != Opcode::END_ASYNC_FOR || self.has_exc()
    }
}

impl std::fmt::Display for Opcode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.name())
    }
}
