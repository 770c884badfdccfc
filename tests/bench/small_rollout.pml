/* tests/toys/small_rollout.hpp for Spin, step for step: one turn of the loop is what lies between two events that have
   more than one answer, so the states that Spin stores are the nodes of our graph; and one more, which is the end. */
#define ACTORS 4
#define STAGES 4
#define NEVER 255
#define DAY 96
#define PERIOD0 16
#define PERIOD1 24
#define PERIOD2 32

byte done_[ACTORS];
bool running[ACTORS];
byte left[ACTORS];
byte clock;         /* place in the day */
byte faults = 2;
bool over;

byte a;             /* whose event it is; 0 between turns */
hidden byte i, least, period;
hidden byte more;

/* the next event: the least time left, then the lowest actor; a == ACTORS: there is none */
inline next_event() {
  a = ACTORS; least = NEVER;
  i = 0;
  do
  :: i < ACTORS ->
     if
     :: left[i] < least -> least = left[i]; a = i
     :: else
     fi;
     i++
  :: else -> break
  od;
  if
  :: a < ACTORS ->
     i = 0;
     do
     :: i < ACTORS ->
        if
        :: left[i] != NEVER -> left[i] = left[i] - least
        :: else
        fi;
        i++
     :: else -> break
     od;
     clock = (clock + least) % DAY
  :: else
  fi
}

/* for the next slot of the cadence of `a` */
inline wait_() {
  if
  :: a == 0 -> period = PERIOD0
  :: a == 1 -> period = PERIOD1
  :: a == 2 -> period = PERIOD2
  :: else -> period = 1
  fi;
  left[a] = period - clock % period
}

inline succeeded() {
  done_[a]++;
  if
  :: a == 0 && done_[0] == 1 -> left[3] = 1
  :: else
  fi;
  if
  :: done_[a] < STAGES -> wait_()
  :: else -> left[a] = NEVER
  fi
}

inline failed() {
  if
  :: a == 3 -> done_[3] = 0
  :: else
  fi;
  wait_()
}

/* to the next event with more than one answer; a == ACTORS: there is none any more */
inline advance() {
  more = true;
  do
  :: more ->
     next_event();
     if
     :: a < ACTORS && !running[a] && a != 0 && a != 3 && done_[a - 1] == 0 -> wait_()
     :: a < ACTORS && running[a] && faults == 0 -> running[a] = false; succeeded()
     :: else -> more = false
     fi
  :: else -> break
  od
}

active proctype rollout() {
  d_step { left[0] = PERIOD0; left[1] = PERIOD1; left[2] = PERIOD2; left[3] = NEVER };
  do
  :: atomic {
       !over -> d_step { advance() };
       if
       :: a == ACTORS ->
          d_step {  /* all that ended are one state, whatever is left of faults */
            i = 0;
            do
            :: i < ACTORS -> done_[i] = 0; running[i] = 0; left[i] = 0; i++
            :: else -> break
            od;
            clock = 0; faults = 0; over = true
          }
       :: a < ACTORS && !running[a] ->
          running[a] = true;
          if
          :: left[a] = 23
          :: left[a] = 11
          :: left[a] = 41
          fi
       :: a < ACTORS && running[a] ->
          running[a] = false;
          if
          :: d_step { succeeded() }
          :: d_step { faults--; failed() }
          fi
       fi;
       a = 0
     }
  :: over -> break
  od
}
