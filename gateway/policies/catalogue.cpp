#include "gateway/policies/catalogue.h"
