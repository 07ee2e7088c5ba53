"""Several interpreters in one process (PEP 734), and pools of them."""

from concurrent import interpreters
from concurrent.futures import InterpreterPoolExecutor
import threading

interp = interpreters.create()
print(interp.is_running(), interp.id != interpreters.get_main().id, interpreters.get_current() == interpreters.get_main(), len(interpreters.list_all()))
interp.exec("x = 40\nimport sys\nprint('inside', sys.implementation.name == 'none')")
interp.exec("x += 2\nprint(x)")
print("x" in globals())
interp.prepare_main(y=[1, 2] if False else "shared", n=5)
interp.exec("print(y * 2, n + 1)")
try:
    interp.exec("raise ValueError('inner')")
except interpreters.ExecutionFailed as error:
    print(type(error).__name__, error.excinfo.type.__name__, error.excinfo.msg)


def add(a, b):
    return a + b


print(interp.call(add, 2, 3), interp.call(len, "abc"))
queue = interpreters.create_queue()
queue.put("sent")
interp.prepare_main(q=queue)
interp.exec("print(q.get()); q.put((1, 2.5, None, b'bytes'))")
print(queue.get(timeout=5), queue.empty(), queue.qsize())
try:
    queue.get_nowait()
except interpreters.QueueEmpty as error:
    print(type(error).__name__)
thread = interp.call_in_thread(print, "in a thread")
thread.join()
interp.close()
try:
    interp.exec("1")
except interpreters.InterpreterNotFoundError as error:
    print(type(error).__name__)
with InterpreterPoolExecutor(2) as pool:
    print(list(pool.map(abs, [-1, 2, -3])))
print(len(interpreters.list_all()), threading.active_count())
