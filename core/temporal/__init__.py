"""People over time: stable numbers, the next frame's boxes, steady poses, feet that stand.

Everything streams: one frame in, one out, with memory that does not grow with the video.
"""

from core.temporal.following import Follower, FollowSettings, JointSeeker
from core.temporal.foot_lock import ContactSensor, FootLock, FootLockSettings
from core.temporal.ground import GroundFit, GroundSettings
from core.temporal.measures import JitterMeter, SlidingMeter
from core.temporal.one_euro import OneEuroSettings, PointFilter, RotationFilter
from core.temporal.people import PeopleOverTime, Steadiness
from core.temporal.person import PersonOverTime
from core.temporal.settings import SMOOTHINGS, STRENGTHS, Smoothing, TemporalSettings
from core.temporal.shape import RunningShape
from core.temporal.soles import CONTACT_NAMES, Soles, soles_of
from core.temporal.tracking import PeopleTracker, Track, TrackerSettings

__all__ = [
    "CONTACT_NAMES",
    "SMOOTHINGS",
    "STRENGTHS",
    "ContactSensor",
    "FollowSettings",
    "Follower",
    "FootLock",
    "FootLockSettings",
    "GroundFit",
    "GroundSettings",
    "JitterMeter",
    "JointSeeker",
    "OneEuroSettings",
    "PeopleOverTime",
    "PeopleTracker",
    "PersonOverTime",
    "PointFilter",
    "RotationFilter",
    "RunningShape",
    "SlidingMeter",
    "Smoothing",
    "Soles",
    "Steadiness",
    "TemporalSettings",
    "Track",
    "TrackerSettings",
    "soles_of",
]
