"""Who is who: centres, staff and their roles, residents (sealed), sign-in, sessions, and who may call a route.

access      what a route's handler declares, and the session it is handed
sessions    the sessions themselves: begun, loaded, rotated, ended
sign_in     password and one-time code, replay and guessing refused
throttle    how many tries a door takes
staff       accounts and centres
residents   sealed profiles, found by a keyed hash of the personal code
"""
