-- +goose Up

-- +goose Down
-- Nothing to take back.
