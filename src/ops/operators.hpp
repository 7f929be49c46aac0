// All operators, for those who build graphs.
#pragma once

#include "ops/activation/activation.hpp"
#include "ops/add/add.hpp"
#include "ops/argmax/argmax.hpp"
#include "ops/avg_pool/avg_pool.hpp"
#include "ops/batch_norm/batch_norm.hpp"
#include "ops/concat/concat.hpp"
#include "ops/conv2d/conv2d.hpp"
#include "ops/conv_transpose2d/conv_transpose2d.hpp"
#include "ops/max_pool/max_pool.hpp"
#include "ops/max_unpool/max_unpool.hpp"
#include "ops/pad/pad.hpp"
#include "ops/slice/slice.hpp"
#include "ops/softmax/softmax.hpp"
#include "ops/upsample/upsample.hpp"
