#pragma once

// The catalogue of every policy type Postern knows, over the configs in policies/*/config.
