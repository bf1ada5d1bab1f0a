#!/usr/bin/env python3
"""Measures the admission webhooks over TLS 1.3, beside nginx answering the same requests with a fixed text.

    benchmark.py PATH-TO-OPTIMIZATIONJOB [--seconds N]

Each server has one core and the load generator (wrk) the other, 16 connections unless the row says otherwise. nginx
never reads a request's JSON, so its figure is what the machine, TLS and the load generator allow. The new-connection rows
make one request a connection. Needs wrk and openssl; without nginx its column stays empty.
"""

import argparse
import base64
import contextlib
import http.client
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
MUTATE = "/mutate-trainer-kubeflow-org-v1alpha1-optimizationjob"
VALIDATE = "/validate-trainer-kubeflow-org-v1alpha1-optimizationjob"
SERVER_CORE, CLIENT_CORE = "0", "1"
CONNECTIONS = 16
OPEN_CONNECTIONS = 1000
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def make_identity(folder):
    """A P-256 certificate for 127.0.0.1 that is its own authority: as small as a cluster's."""
    key, certificate = folder / "tls.key", folder / "tls.crt"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1",
         "-keyout", key, "-out", certificate],
        check=True, capture_output=True,
    )
    return certificate, key


# What is asked


def typical_review():
    return json.loads((HERE / "review.json").read_text())


def undefaulted(review):
    """The same job as a client without the CRD's defaults would send it, so that defaulting has something to do."""
    spec = review["request"]["object"]["spec"]
    spec.pop("searchAlgorithm", None)
    for objective in spec["objectives"]:
        objective["direction"] = "minimize"
    return review


def large(review, size=200_000):
    """The same job with a template of `size` bytes, most of it variables and arguments, as many as a TrainJob may have."""
    trainer = review["request"]["object"]["spec"]["trainJobTemplate"]["spec"]["trainer"]
    trainer["env"] = [{"name": f"SETTING_{index}", "value": "v" * 200} for index in range(100)]
    trainer["args"] = []
    missing = size - len(json.dumps(review))
    trainer["args"] = [f"--option-{index:03}={'x' * (missing // 128 - 20)}" for index in range(128)]
    return review


def scenarios():
    return [
        ("default, 3 KB", MUTATE, undefaulted(typical_review()), True),
        ("validate, 3 KB", VALIDATE, typical_review(), True),
        ("default, 200 KB", MUTATE, undefaulted(large(typical_review())), True),
        ("validate, 200 KB", VALIDATE, large(typical_review()), True),
        ("new connections, validate 3 KB", VALIDATE, typical_review(), False),
    ]


# Servers


class Server:
    """A started server: its process, port, and how long it took to be ready."""

    def __init__(self, process, port, ready_after=None, logs=None):
        self.process, self.port, self.ready_after, self.logs = process, port, ready_after, logs

    def resident_megabytes(self):
        status = pathlib.Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) / 1000

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_for(condition, process, what, seconds=20):
    began = time.monotonic()
    while not condition():
        if process.poll() is not None or time.monotonic() - began > seconds:
            sys.exit(f"{what} did not start: status {process.poll()}")
        time.sleep(0.001)
    return time.monotonic() - began


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def start_ours(binary, certificate, folder):
    port, probes = free_port(), free_port()
    log = open(folder / "optimizationjob.log", "wb")
    process = subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, binary, "controller", "--enable-controller=false",
         f"--cert-dir={certificate.parent}", f"--webhook-port={port}", "--metrics-addr=0",
         f"--health-probe-addr=127.0.0.1:{probes}", "--drain-delay=0s"],
        stdout=log, stderr=log,
    )
    ready_after = wait_for(lambda: is_ready(probes), process, f"{binary} (see {log.name})")
    return Server(process, port, ready_after)


def start_nginx(certificate, key, folder):
    port = free_port()
    configuration = folder / "nginx.conf"
    configuration.write_text(f"""
        daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
        events {{ worker_connections 4096; }}
        http {{
            access_log off; client_body_temp_path {folder}/body; keepalive_requests 100000000;
            client_max_body_size 8m; client_body_buffer_size 512k; keepalive_timeout 180s;
            server {{
                listen 127.0.0.1:{port} ssl; ssl_certificate {certificate}; ssl_certificate_key {key};
                ssl_protocols TLSv1.2 TLSv1.3;
                location / {{ default_type application/json; return 200 '{{"kind":"AdmissionReview"}}'; }}
            }}
        }}""")
    process = subprocess.Popen(
        ["taskset", "-c", SERVER_CORE, NGINX, "-p", folder, "-c", configuration],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )
    wait_for(lambda: accepts(port), process, f"nginx (see {folder}/nginx.log)")
    return Server(process, port)


# Measurements


def check(server, path, review):
    """One request before the load: a benchmark of errors would be fast."""
    context = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection("127.0.0.1", server.port, context=context, timeout=10)
    connection.request("POST", path, json.dumps(review), {"Content-Type": "application/json"})
    answer = json.loads(connection.getresponse().read())["response"]
    connection.close()
    if answer["uid"] != review["request"]["uid"] or not answer["allowed"]:
        sys.exit(f"{path} did not allow the review: {answer}")
    if path == MUTATE and not json.loads(base64.b64decode(answer["patch"])):
        sys.exit(f"{path} had nothing to default")


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def load(server, path, review, keep_alive, seconds, folder):
    """Requests a second, p50 and p99 in milliseconds."""
    script, body = folder / "post.lua", folder / "body.json"
    body.write_text(json.dumps(review))
    script.write_text(f"""
        local file = io.open("{body}", "rb"); wrk.body = file:read("*a"); file:close()
        wrk.method = "POST"; wrk.headers["Content-Type"] = "application/json"
        {'' if keep_alive else 'wrk.headers["Connection"] = "close"'}
        done = function(summary, latency)
            local errors = summary.errors
            io.write(string.format("ERRORS %d %d\\n", errors.status, errors.read + errors.write + errors.timeout))
        end""")
    output = subprocess.run(
        ["taskset", "-c", CLIENT_CORE, "wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s", script,
         f"https://127.0.0.1:{server.port}{path}"],
        check=True, capture_output=True, text=True,
    ).stdout
    failed, broken = map(int, re.search(r"ERRORS (\d+) (\d+)", output).groups())
    # wrk counts the end of a connection it asked to close as a read error.
    if failed or (keep_alive and broken):
        sys.exit(f"{path}: {failed} error answers, {broken} broken connections\n{output}")
    rate = float(re.search(r"Requests/sec:\s+([\d.]+)", output)[1])
    return rate, *(milliseconds(re.search(rf"^ +{share}% +(\S+)$", output, re.M)[1]) for share in ("50", "99"))


def handshakes(server, seconds, resumed):
    """TLS connections a second, one after another, with full handshakes or resumed sessions."""
    output = subprocess.run(
        ["taskset", "-c", CLIENT_CORE, "openssl", "s_time", "-connect", f"127.0.0.1:{server.port}",
         "-time", str(seconds), "-reuse" if resumed else "-new"],
        capture_output=True, text=True,
    ).stdout
    return max(float(rate) for rate in re.findall(r"(\d+(?:\.\d+)?) connections in \d+ real seconds", output)) / seconds


@contextlib.contextmanager
def open_connections(server, count):
    context = ssl._create_unverified_context()
    connections = []
    try:
        for _ in range(count):
            plain = socket.create_connection(("127.0.0.1", server.port))
            connections.append(context.wrap_socket(plain))
        yield
    finally:
        for connection in connections:
            connection.close()


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary")
    arguments.add_argument("--seconds", type=int, default=5, help="of load for each figure (default: 5)")
    options = arguments.parse_args()
    for tool in ("wrk", "openssl", "taskset"):
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing; on Debian: apt-get install {'util-linux' if tool == 'taskset' else tool}")
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("two cores are needed: one for the server, one for the load")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4 * OPEN_CONNECTIONS), hard), hard))

    with tempfile.TemporaryDirectory(prefix="admission-benchmark-") as name:
        folder = pathlib.Path(name)
        certificate, key = make_identity(folder)
        ours = start_ours(options.binary, certificate, folder)
        nginx = start_nginx(certificate, key, folder) if NGINX else None
        try:
            report(ours, nginx, options.seconds, folder)
        finally:
            ours.stop()
            if nginx:
                nginx.stop()


def report(ours, nginx, seconds, folder):
    time.sleep(1)  # It is ready a moment before it has given back what only the start needed.
    idle = ours.resident_megabytes()
    print(f"{'':32}{'ours/s':>10}{'p50 ms':>9}{'p99 ms':>9}{'nginx/s':>10}{'p99 ms':>9}{'ours:nginx':>12}")
    for name, path, review, keep_alive in scenarios():
        check(ours, path, review)
        rate, p50, p99 = load(ours, path, review, keep_alive, seconds, folder)
        line = f"{name:32}{rate:>10.0f}{p50:>9.2f}{p99:>9.2f}"
        if nginx:
            reference, _, reference_p99 = load(nginx, path, review, keep_alive, seconds, folder)
            line += f"{reference:>10.0f}{reference_p99:>9.2f}{rate / reference:>12.2f}"
        print(line, flush=True)
    for name, resumed in (("TLS handshakes, full, one by one", False), ("TLS handshakes, resumed", True)):
        rate = handshakes(ours, seconds, resumed)
        line = f"{name:32}{rate:>10.0f}{'':18}"
        if nginx:
            reference = handshakes(nginx, seconds, resumed)
            line += f"{reference:>10.0f}{'':9}{rate / reference:>12.2f}"
        print(line, flush=True)
    with open_connections(ours, OPEN_CONNECTIONS):
        crowded = ours.resident_megabytes()
    print(f"\nresident memory: {idle:.1f} MB idle, {crowded:.1f} MB after this load "
          f"with {OPEN_CONNECTIONS} connections open")
    print(f"from exec to ready: {ours.ready_after * 1000:.0f} ms")


if __name__ == "__main__":
    main()
