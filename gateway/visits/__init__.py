"""The flow: every state change of a visit, a delegation and a filing is one function here.

Each function takes an open `Connection`, checks the state it starts from under a lock, writes the change and its audit
event, and leaves the commit to the caller's transaction. Nothing outside this package changes a state.

    opening     a visit opens, a service is chosen, the visit closes and feedback is asked
    requesting  the statement is written, a yes is asked
    granting    the approver says yes or no, the delegation is signed
    asking      the connector's questions are answered
    running     the worker reports what the connector saw: steps, read-back, failures
    confirming  the resident permits exactly what was read back
    sending     the gate asks; *sent* is committed; the portal's answer is kept
    stopping    one no, from anywhere
    guarding    who may not act: own matters, services that are not open, what a colleague looks at first
    second_person, holding
                another member of staff looks; what waits for them goes on or ends
    reading     what the pages show (changes nothing)
"""
