"""A server and clients on this machine: http.server, http.client, urllib, socketserver, xmlrpc."""

import http.client
import http.server
import json
import socketserver
import threading
import urllib.error
import urllib.request
import xmlrpc.client
import xmlrpc.server


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *args):
        pass

    def reply(self, status, body, kind="text/plain"):
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def do_GET(self):
        if self.path.startswith("/json"):
            self.reply(200, json.dumps({"path": self.path, "agent": self.headers["X-Agent"]}), "application/json")
        elif self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/json?redirected")
            self.send_header("Content-Length", "0")
            self.end_headers()
        else:
            self.reply(404, "nothing here")

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.reply(201, f"{len(body)} bytes: {body[:10]!r}")


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
thread.start()
base = f"http://127.0.0.1:{server.server_port}"
request = urllib.request.Request(base + "/json?x=1", headers={"X-Agent": "tester"})
with urllib.request.urlopen(request) as response:
    print(response.status, response.headers.get_content_type(), json.load(response))
print(json.loads(urllib.request.urlopen(base + "/redirect").read())["path"])
print(urllib.request.urlopen(base + "/", data=b"posted data").read())
try:
    urllib.request.urlopen(base + "/missing")
except urllib.error.HTTPError as error:
    print(error.code, error.reason, error.read())
connection = http.client.HTTPConnection("127.0.0.1", server.server_port)
for method, path, body in [("GET", "/json", None), ("POST", "/", b"abc"), ("PUT", "/", b"")]:
    connection.request(method, path, body, {"X-Agent": "raw"})
    response = connection.getresponse()
    print(method, response.status, response.reason, len(response.read()) > 0, response.version)
connection.close()
server.shutdown()
thread.join()
server.server_close()
try:
    urllib.request.urlopen(base, timeout=2)
except urllib.error.URLError as error:
    print(type(error.reason).__name__)


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile:
            self.wfile.write(line[::-1].strip() + b"\n")


import socket

with socketserver.TCPServer(("127.0.0.1", 0), Echo) as echo:
    thread = threading.Thread(target=echo.handle_request)
    thread.start()
    with socket.create_connection(echo.server_address) as client:
        client.sendall(b"abc\nxyz\n")
        client.shutdown(socket.SHUT_WR)
        print(client.makefile().read().split())
    thread.join()
rpc = xmlrpc.server.SimpleXMLRPCServer(("127.0.0.1", 0), logRequests=False)
rpc.register_function(lambda a, b: a + b, "add")
rpc.register_introspection_functions()
thread = threading.Thread(target=rpc.serve_forever, kwargs={"poll_interval": 0.01})
thread.start()
with xmlrpc.client.ServerProxy(f"http://127.0.0.1:{rpc.server_address[1]}") as proxy:
    print(proxy.add(2, 3), proxy.add("a", "b"), proxy.system.listMethods()[0])
    try:
        proxy.nope()
    except xmlrpc.client.Fault as fault:
        print(fault.faultCode, fault.faultString)
rpc.shutdown()
thread.join()
rpc.server_close()
print(xmlrpc.client.loads(xmlrpc.client.dumps((1, "x", [True, None], {"k": 2.5}), allow_none=True)))
