import threading
import time

total = 0
lock = threading.Lock()


def work(name, amount):
    global total
    for _ in range(amount):
        with lock:
            total += 1
        time.sleep(0.001)
    print(name, "is done")


threads = [threading.Thread(target=work, args=(name, 5), name=name) for name in ("first", "second")]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(total)
