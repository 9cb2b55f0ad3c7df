"""Event sources: what Lambda itself polls, and the functions that it invokes with what it finds.

| module | what it decides or does |
|---|---|
| `mappings` | the operations |
| `parameters` | which parameters a mapping may have, in AWS's words |
| `records`, `shown` | mappings as they are stored, and as they are answered |
| `states` | pure: one table of states |
| `kinds` | the kinds of sources that there are, by the service in their ARN |
| `source` | what a kind of source has to offer |
| `sqs`, `sqs_event` | queues, and the members of their events |
| `sqs_calls`, `sqs_elsewhere` | the calls to a queue here, and to one at any other endpoint |
| `follower` | follows the records: pollers begin, change and end with their mappings |
| `start` | puts it all together |
| `poller` | one mapping: gathers batches and runs them |
| `batches`, `scale`, `filters`, `answers` | pure: what goes into a batch, how many run at once, what is let through, which items failed |
| `results`, `metrics` | what is wrong with a mapping; what happened to its events |
| `runs` | one batch: invoke, try again while it is throttled, settle |
"""
