"""A small Mesos executor for tests. Its ExecutorInfo.data (JSON) and MESSAGEs tell it to behave in odd ways.

data: {"shutdown": "ignore" | "update"} {"launch": "exit N" | "finish" | "silent"} {"kill": "ignore"}
messages: "exit N", "write <file> <text>" and "read <file>" (in the sandbox), "child", "daemon" (answer: its pid),
          "update", "env" (answer: the environment), anything else is echoed.
"""
import base64, http.client, json, os, signal, subprocess, sys, threading, time, uuid

AGENT = os.environ["MESOS_AGENT_ENDPOINT"]
ME = {"framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]}, "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]}}
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
unacknowledged = {}
tasks = []
options = {}
last_word = None


def post(call):
    connection = http.client.HTTPConnection(AGENT, timeout=10)
    connection.request("POST", "/api/v1/executor", json.dumps({**ME, **call}), HEADERS)
    response = connection.getresponse()
    body = response.read().decode()
    if response.status != 202:
        print("refused", response.status, body, flush=True)


def update(task, state, **more):
    global last_word
    identity = base64.b64encode(uuid.uuid4().bytes).decode()
    status = {"task_id": {"value": task}, "executor_id": ME["executor_id"], "source": "SOURCE_EXECUTOR", "state": state,
              "uuid": identity, "timestamp": time.time(), **more}
    unacknowledged[identity] = {"status": status}
    if state in ("TASK_KILLED", "TASK_FINISHED", "TASK_FAILED"):
        last_word = identity
    try:
        post({"type": "UPDATE", "update": {"status": status}})
    except OSError as error:
        print("update not sent", error, flush=True)


def say(text):
    post({"type": "MESSAGE", "message": {"data": base64.b64encode(text.encode()).decode()}})


def launch(task):
    identity = task["task_id"]["value"]
    tasks.append(identity)
    how = options.get("launch", "")
    if how.startswith("exit"):
        os._exit(int(how.split()[1]))
    if how == "silent":
        return
    update(identity, "TASK_STARTING")
    update(identity, "TASK_FINISHED" if how == "finish" else "TASK_RUNNING")


def message(text):
    words = text.split(" ", 2)
    if words[0] == "exit":
        os._exit(int(words[1]))
    if words[0] == "write":
        with open(words[1], "w") as file:
            file.write(words[2])
        say("written")
    elif words[0] == "read":
        say(open(words[1]).read() if os.path.exists(words[1]) else "(nothing)")
    elif words[0] == "child":
        say(str(subprocess.Popen(["sleep", "1000"]).pid))
    elif words[0] == "daemon":
        # A process of a session of its own whose parent is gone: only its environment tells where it belongs.
        shell = subprocess.run(["setsid", "sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"], stdout=subprocess.PIPE)
        say(shell.stdout.decode().strip())
    elif words[0] == "env":
        say(json.dumps(dict(os.environ)))
    elif words[0] == "update":
        update(tasks[-1], "TASK_RUNNING", message="once more")
    else:
        say("echo:" + text)


def handle(event):
    global options
    kind = event["type"]
    if kind == "SUBSCRIBED":
        data = event["subscribed"]["executor_info"].get("data")
        options = json.loads(base64.b64decode(data)) if data else {}
    elif kind == "LAUNCH":
        launch(event["launch"]["task"])
    elif kind == "KILL" and options.get("kill") != "ignore":
        update(event["kill"]["task_id"]["value"], "TASK_KILLING")
        update(event["kill"]["task_id"]["value"], "TASK_KILLED")
    elif kind == "ACKNOWLEDGED":
        unacknowledged.pop(event["acknowledged"]["uuid"], None)
        if event["acknowledged"]["uuid"] == last_word:
            os._exit(0)
    elif kind == "MESSAGE":
        message(base64.b64decode(event["message"].get("data", "")).decode())
    elif kind == "SHUTDOWN":
        if options.get("shutdown") == "ignore":
            return
        if options.get("shutdown") == "update":
            for task in tasks:
                update(task, "TASK_KILLED", message="executor shutdown")
        os._exit(0)


def subscribe():
    connection = http.client.HTTPConnection(AGENT)
    call = {**ME, "type": "SUBSCRIBE", "subscribe": {"unacknowledged_tasks": [], "unacknowledged_updates": list(unacknowledged.values())}}
    connection.request("POST", "/api/v1/executor", json.dumps(call), HEADERS)
    response = connection.getresponse()
    if response.status != 200:
        print("refused", response.status, response.read().decode(), flush=True)
        return
    while True:
        head = response.readline()
        if not head:
            return
        handle(json.loads(response.read(int(head))))


print("started", flush=True)
lost = None
while True:
    try:
        subscribe()
        lost = None
    except (OSError, http.client.HTTPException) as error:
        print("lost", error, flush=True)
    lost = lost or time.time()
    if time.time() - lost > 15:
        os._exit(3)
    time.sleep(0.1)
