"""Events: invocations that were acknowledged with 202 and run later, from durable queues.

| module | what it decides or does |
|---|---|
| `events` | what an accepted event is, and the commit that makes it durable |
| `course` | pure: what becomes of an event after each attempt, by one table |
| `lanes` | pure: how many events of a function run at once, and that no function takes all the room |
| `pressure` | whether callers need the time more than the backlog does |
| `worker` | receives events and starts their attempts |
| `attempt` | one attempt: run the function, settle what became of it in one commit |
| `counts` | what is told in metrics |
"""
