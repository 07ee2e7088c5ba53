"""An interpreter and a compiler to closures for a tiny language."""

HELLO = "++++++++[>++++[>++>+++>+++>+<<<<-]>+>+>->>+[<]<-]>>.>---.+++++++..+++.>>.<-.<.+++.------.--------.>>+.>++."
SQUARES = "++++[>+++++<-]>[<+++++>-]+<+[>[>+>+<<-]++>>[<<+>>-]>>>[-]++>[-]+>>>+[[-]++++++>>>]<<<[[<++++++++<++>>-]+<.<[>----<-]<]<<[>>>>>[>>>[-]+++++++++<[>-<-]+++++++++>[-[<->-]+[<<<]]<+>]<-]<<-]"


def brackets(code):
    stack, jumps = [], {}
    for i, c in enumerate(code):
        if c == "[":
            stack.append(i)
        elif c == "]":
            if not stack:
                raise SyntaxError(f"unmatched ] at {i}")
            jumps[i] = stack.pop()
            jumps[jumps[i]] = i
    if stack:
        raise SyntaxError(f"unmatched [ at {stack[-1]}")
    return jumps


def interpret(code):
    jumps = brackets(code)
    tape, pointer, position, output = [0] * 300, 0, 0, []
    while position < len(code):
        match code[position]:
            case ">":
                pointer += 1
            case "<":
                pointer -= 1
            case "+":
                tape[pointer] = (tape[pointer] + 1) % 256
            case "-":
                tape[pointer] = (tape[pointer] - 1) % 256
            case ".":
                output.append(chr(tape[pointer]))
            case "[" if not tape[pointer]:
                position = jumps[position]
            case "]" if tape[pointer]:
                position = jumps[position]
        position += 1
    return "".join(output)


def translate(code):
    lines, depth = ["def run(tape, out):", " p = 0"], 1
    for c in code:
        pad = " " * depth
        lines.append(pad + {
            ">": "p += 1", "<": "p -= 1", "+": "tape[p] = (tape[p] + 1) & 255", "-": "tape[p] = (tape[p] - 1) & 255",
            ".": "out(chr(tape[p]))", "[": "while tape[p]:", "]": "pass",
        }[c])
        depth += (c == "[") - (c == "]")
    namespace = {}
    exec("\n".join(lines), namespace)
    return namespace["run"]


print(repr(interpret(HELLO)))
out = []
translate(HELLO)([0] * 300, out.append)
print("".join(out) == interpret(HELLO), len(translate(SQUARES).__code__.co_code) > 100)
for bad in ("[[]", "]", "+[->"):
    try:
        brackets(bad)
    except SyntaxError as error:
        print(error)
