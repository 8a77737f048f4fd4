ALTER TYPE mood ADD VALUE 'busy';
UPDATE networks SET mood = 'busy';
