#include "CEventReactor.h"
